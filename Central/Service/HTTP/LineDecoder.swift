import NIOCore
import VenueAPI

/// Reads bodies of one JSON value a line, and names every line that is wrong.
enum LineDecoder {
    /// Faults listed at most, so that a wrong file does not come back as large.
    static let faultsMax = 50
    /// Bytes of one line at most.
    static let lineBytesMax = 16 << 10

    /// All values, in order.
    ///
    /// - Parameter countMax: lines at most; blank ones do not count.
    /// - Throws: `Problem` of kind `invalid-request` whose pointers start with the line's number,
    ///   counted from 0 as in an array.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from buffer: ByteBuffer,
        countMax: Int
    ) throws(Problem) -> [Value] {
        var values: [Value] = []
        var faults: [ProblemDetails.InvalidMember] = []
        let bytes = buffer.readableBytesView
        var index = 0
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: true) {
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) else { continue }
            guard index < countMax else {
                throw Problem(.tooLarge, "At most \(countMax) lines are taken here.")
            }
            do {
                values.append(try value(type, line))
            } catch {
                let members =
                    error.errors ?? [
                        .init(pointer: "", detail: error.detail ?? error.kind.title)
                    ]
                faults += members.map {
                    .init(pointer: "/\(index)" + $0.pointer, detail: $0.detail)
                }
            }
            guard faults.count < faultsMax else { break }
            index += 1
        }
        guard faults.isEmpty else { throw Problem(.invalidRequest, errors: faults) }
        return values
    }

    private static func value<Value: Decodable>(
        _ type: Value.Type,
        _ line: ByteBufferView
    ) throws(Problem) -> Value {
        guard line.count <= lineBytesMax else {
            throw Problem(.invalidRequest, "The line is longer than \(lineBytesMax) bytes.")
        }
        return try WireJSON.decode(type, from: line)
    }
}

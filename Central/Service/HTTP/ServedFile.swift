import Glibc
import HTTPTypes
import Hummingbird
import NIOCore
import Platform

/// A file of known version that is given whole, in part, or not at all if the caller has it.
///
/// Follows RFC 9110: `ETag`, `If-None-Match`, `Range` with one range, `If-Range`.
struct ServedFile {
    /// Bytes read at a time.
    static let chunkBytes = 128 << 10

    let path: String
    let size: Int64
    /// Without quotes.
    let tag: String
    let mediaType: String

    func response(to request: Request) throws -> Response {
        let quoted = "\"\(tag)\""
        var headers: HTTPFields = [
            .eTag: quoted, .acceptRanges: "bytes", .cacheControl: "private, no-cache",
            .contentType: mediaType,
        ]
        if let known = request.headers[.ifNoneMatch], Self.matches(known, quoted) {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        var range: Range<Int64>?
        if let wanted = request.headers[.range],
            request.headers[Self.ifRange].map({ $0 == quoted }) ?? true
        {
            range = try Self.range(wanted, size: size)
        }
        let file = try OpenFile(path)
        guard let range else {
            return Response(status: .ok, headers: headers, body: body(file, 0..<size))
        }
        headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
        return Response(status: .partialContent, headers: headers, body: body(file, range))
    }

    private static let ifRange = EdgeMiddleware.requiredName("If-Range")

    static func matches(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").contains { item in
            let text = item.trimmingSpaces
            return text == "*" || text == tag || text == "W/\(tag)"
        }
    }

    /// The one range asked for; `nil` where the header is one to be ignored.
    ///
    /// - Throws: `Problem` when the file has no such bytes.
    static func range(_ header: String, size: Int64) throws(Problem) -> Range<Int64>? {
        let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "bytes", !parts[1].contains(",") else { return nil }
        let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        let unsatisfiable = Problem(
            .rangeNotSatisfiable,
            headers: [.contentRange: "bytes */\(size)"]
        )
        if ends[0].isEmpty {
            guard let count = Int64(ends[1]) else { return nil }
            guard count > 0, size > 0 else { throw unsatisfiable }
            return max(0, size - count)..<size
        }
        guard let first = Int64(ends[0]), first >= 0 else { return nil }
        guard first < size else { throw unsatisfiable }
        guard !ends[1].isEmpty else { return first..<size }
        guard let last = Int64(ends[1]), last >= first else { return nil }
        return first..<min(size, last == .max ? .max : last + 1)
    }

    private func body(_ file: OpenFile, _ range: Range<Int64>) -> ResponseBody {
        let length = Int(range.upperBound - range.lowerBound)
        return ResponseBody(contentLength: length) { writer in
            var position = range.lowerBound
            while position < range.upperBound {
                let wanted = min(Int64(Self.chunkBytes), range.upperBound - position)
                let chunk = try file.read(at: position, count: Int(wanted))
                try await writer.write(chunk)
                position += Int64(chunk.readableBytes)
            }
            try await writer.finish(nil)
        }
    }
}

/// An open file: what it reads stays the same file even when the name is given to another.
private final class OpenFile: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws(Problem) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Problem(.busy, "The file was just replaced; ask again.")
        }
    }

    deinit {
        close(descriptor)
    }

    func read(at position: Int64, count: Int) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        let read = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            max(0, pread(descriptor, memory.baseAddress, count, off_t(position)))
        }
        // Fewer bytes than promised: the connection has to break, not pass for whole.
        guard read > 0 else { throw Problem(.internalError) }
        return buffer
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.prefix(
            upTo: start.lastIndex { $0 != " " && $0 != "\t" }.map(start.index(after:))
                ?? start.startIndex
        )
    }
}

import Foundation

/// How values become JSON and back on this API: snake_case by the types themselves, keys sorted.
package enum WireJSON {
    package static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return [UInt8](try encoder.encode(value)) } catch {
            // Wire types hold strings, integers and arrays only: nothing in them can fail.
            preconditionFailure("a wire type does not encode: \(error)")
        }
    }

    /// Reads one value.
    ///
    /// - Throws: `Problem` of kind `malformed-json` or `invalid-request`, with JSON pointers.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: some Collection<UInt8>
    ) throws(Problem) -> Value {
        let data = Data(bytes)
        do { return try JSONDecoder().decode(type, from: data) } catch {
            throw problem(of: error, in: data)
        }
    }

    /// Tells what a decoder found, and where.
    private static func problem(of error: any Error, in data: Data) -> Problem {
        guard let error = error as? DecodingError else { return Problem(.malformedJSON) }
        switch error {
        case .keyNotFound(let key, let context):
            return .invalid(pointer(context.codingPath + [key]), "is missing")
        case .typeMismatch(let type, let context):
            return .invalid(pointer(context.codingPath), "is not \(name(of: type))")
        case .valueNotFound(let type, let context):
            return .invalid(pointer(context.codingPath), "is null, not \(name(of: type))")
        case .dataCorrupted(let context):
            // A number that does not fit comes without its place, like a fault of the syntax.
            guard context.codingPath.isEmpty, !isJSON(data) else {
                return .invalid(pointer(context.codingPath), context.debugDescription)
            }
            return Problem(.malformedJSON, "The body cannot be parsed as JSON in UTF-8.")
        @unknown default:
            return Problem(.malformedJSON)
        }
    }

    private static func isJSON(_ data: Data) -> Bool {
        // The fault is the answer: there is nothing else to learn from it.
        (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil
    }

    /// RFC 6901.
    static func pointer(_ path: [any CodingKey]) -> String {
        path.map { key in
            let name = key.intValue.map(String.init) ?? key.stringValue
            return "/"
                + name.replacingOccurrences(of: "~", with: "~0")
                .replacingOccurrences(of: "/", with: "~1")
        }.joined()
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any FixedWidthInteger.Type: "a whole number of the right size"
        case is any Collection.Type: "an array"
        default: "an object of the right form"
        }
    }
}

/// Why a JSON object is not the one that was expected.
public enum FieldError: Error, Hashable, Sendable {
    case notAnObject
    case missing(String)
    case wrongType(String)
    /// Of the right type, but not a value that this member may have.
    case badValue(String)
}

/// Reads the known members of an object; members it is not asked for are ignored (PROTOCOL 2).
public struct JSONFields {
    private let members: [JSONValue.Member]

    public init(_ value: JSONValue) throws(FieldError) {
        guard case .object(let members) = value else { throw .notAnObject }
        self.members = members
    }

    /// Whether the object has a member of this name, for the few that may be left out.
    public func has(_ name: String) -> Bool {
        members.contains { $0.name == name }
    }

    public func value(_ name: String) throws(FieldError) -> JSONValue {
        for member in members where member.name == name { return member.value }
        throw .missing(name)
    }

    public func string(_ name: String) throws(FieldError) -> String {
        guard case .string(let text) = try value(name) else { throw .wrongType(name) }
        return text
    }

    public func integer(_ name: String) throws(FieldError) -> Int64 {
        guard case .integer(let number) = try value(name) else { throw .wrongType(name) }
        return number
    }

    /// A whole number that fits `Number`; otherwise `badValue`.
    public func number<Number: FixedWidthInteger>(
        _ name: String,
        as type: Number.Type = Number.self
    ) throws(FieldError) -> Number {
        guard let number = Number(exactly: try integer(name)) else { throw .badValue(name) }
        return number
    }

    public func array(_ name: String) throws(FieldError) -> [JSONValue] {
        guard case .array(let values) = try value(name) else { throw .wrongType(name) }
        return values
    }

    public func strings(_ name: String) throws(FieldError) -> [String] {
        var strings: [String] = []
        for value in try array(name) {
            guard case .string(let text) = value else { throw .wrongType(name) }
            strings.append(text)
        }
        return strings
    }

    public func object(_ name: String) throws(FieldError) -> JSONFields {
        let value = try value(name)
        guard case .object(let members) = value else { throw .wrongType(name) }
        return JSONFields(members: members)
    }

    /// The member read by `parse`, or `nil` where the document says `null`.
    public func nullable<Value>(
        _ name: String,
        _ parse: (JSONFields, String) throws(FieldError) -> Value
    ) throws(FieldError) -> Value? {
        if case .null = try value(name) { return nil }
        return try parse(self, name)
    }

    /// The member read by `parse`, or `nil` where the document has none: for members that were
    /// added to a format later.
    public func optional<Value>(
        _ name: String,
        _ parse: (JSONFields, String) throws(FieldError) -> Value
    ) throws(FieldError) -> Value? {
        guard members.contains(where: { $0.name == name }) else { return nil }
        return try parse(self, name)
    }

    /// A string that `parse` understands; otherwise `badValue`.
    public func parsed<Value>(
        _ name: String,
        _ parse: (String) -> Value?
    ) throws(FieldError) -> Value {
        guard let value = parse(try string(name)) else { throw .badValue(name) }
        return value
    }

    /// Bytes in base64url.
    public func bytes(_ name: String) throws(FieldError) -> [UInt8] {
        try parsed(name) { Base64.decodeURL($0) }
    }

    /// The object's version member `v`, which must be 1.
    public func requireVersion1() throws(FieldError) {
        guard try integer("v") == 1 else { throw .badValue("v") }
    }

    private init(members: [JSONValue.Member]) {
        self.members = members
    }
}

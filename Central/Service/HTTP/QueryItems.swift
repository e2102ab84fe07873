import Hummingbird

/// The query of a request: each known name at most once, no unknown name.
struct QueryItems {
    /// Bytes of the whole query at most.
    static let bytesMax = 2048

    static let none = QueryItems()

    private let items: [String: String]

    private init() {
        items = [:]
    }

    /// - Throws: `Problem` for an unknown or repeated name.
    init(_ request: Request, known: Set<String>) throws(Problem) {
        guard (request.uri.query?.utf8.count ?? 0) <= Self.bytesMax else {
            throw Problem(.invalidRequest, "The query is longer than \(Self.bytesMax) bytes.")
        }
        var items: [String: String] = [:]
        for (name, value) in request.uri.queryParameters {
            guard known.contains(String(name)) else {
                throw .invalid(String(name), "is not known here")
            }
            guard items.updateValue(String(value), forKey: String(name)) == nil else {
                throw .invalid(String(name), "stands twice")
            }
        }
        self.items = items
    }

    subscript(_ name: String) -> String? { items[name] }

    /// A whole number within `range`.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = items[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .invalid(
                name,
                "is not a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// A value that `parse` understands.
    func parsed<Value>(
        _ name: String,
        as words: String,
        _ parse: (String) -> Value?
    ) throws(Problem) -> Value? {
        guard let text = items[name] else { return nil }
        guard let value = parse(text) else { throw .invalid(name, "is not \(words)") }
        return value
    }
}

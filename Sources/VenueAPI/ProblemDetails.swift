/// What every error answer carries (RFC 9457, `application/problem+json`).
public struct ProblemDetails: Codable, Hashable, Sendable {
    public static let mediaType = "application/problem+json"

    /// A URI reference that names the kind of problem: `/problems/<slug>`, or `about:blank`.
    public var type: String
    /// The same short words for every problem of this type.
    public var title: String
    public var status: Int
    /// What went wrong this time; never a key, a whole token or a guest's name.
    public var detail: String?
    /// The members of the request that were wrong.
    public var errors: [InvalidMember]?
    /// With `log-gap`: the sequence number that central expects.
    public var expected: UInt64?

    public struct InvalidMember: Codable, Hashable, Sendable {
        /// A JSON pointer into the request body, or the name of a query item.
        public var pointer: String
        public var detail: String

        public init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    public init(
        type: String,
        title: String,
        status: Int,
        detail: String? = nil,
        errors: [InvalidMember]? = nil,
        expected: UInt64? = nil
    ) {
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.errors = errors
        self.expected = expected
    }
}

/// What a signed envelope carries (PROTOCOL 2).
public enum PayloadType: String, CaseIterable, Hashable, Sendable {
    case trust, manifest, fresh, device, entry, receipt

    /// The media type that the signature covers.
    public var mediaType: String { "application/vnd.stile.\(rawValue).v1+json" }
}

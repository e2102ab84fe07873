/// What a signed envelope carries (PROTOCOL 2).
public enum PayloadType: String, CaseIterable, Hashable, Sendable {
    case trust, manifest, fresh, device, entry, receipt, readiness

    /// The media type that the signature covers.
    ///
    /// Spelt out, because a gate asks for it for every guest.
    public var mediaType: String {
        switch self {
        case .trust: "application/vnd.stile.trust.v1+json"
        case .manifest: "application/vnd.stile.manifest.v1+json"
        case .fresh: "application/vnd.stile.fresh.v1+json"
        case .device: "application/vnd.stile.device.v1+json"
        case .entry: "application/vnd.stile.entry.v1+json"
        case .receipt: "application/vnd.stile.receipt.v1+json"
        case .readiness: "application/vnd.stile.readiness.v1+json"
        }
    }
}

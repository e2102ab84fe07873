import Encodings
public import TrustFormat

/// A DSSE envelope inside a larger JSON body.
public struct EnvelopeBody: Codable, Hashable, Sendable {
    public var payloadType: String
    /// Base64.
    public var payload: String
    public var signatures: [SignatureBody]

    public struct SignatureBody: Codable, Hashable, Sendable {
        public var keyid: String
        /// Base64.
        public var sig: String
    }

    public init(_ envelope: Envelope) {
        payloadType = envelope.payloadType
        payload = Base64.encode(envelope.payload)
        signatures = envelope.signatures.map {
            SignatureBody(keyid: $0.keyID, sig: Base64.encode($0.signature))
        }
    }

    /// The envelope, still unverified; `nil` if a member is not Base64.
    public var envelope: Envelope? {
        guard let payload = Base64.decode(payload), signatures.count <= Envelope.signaturesMax
        else { return nil }
        var entries: [Envelope.Entry] = []
        for signature in signatures {
            guard let bytes = Base64.decode(signature.sig) else { return nil }
            entries.append(Envelope.Entry(keyID: signature.keyid, signature: bytes))
        }
        return Envelope(payloadType: payloadType, payload: payload, signatures: entries)
    }
}

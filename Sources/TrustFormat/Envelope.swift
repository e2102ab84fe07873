public import Encodings
public import Sodium

/// Why an envelope was refused.
public enum EnvelopeError: Error, Hashable, Sendable {
    case json(JSONError)
    case field(FieldError)
    /// Signed as something else than what is expected here.
    case wrongType(String)
    case tooManySignatures
    /// Not enough of the given keys have signed these very bytes.
    case badSignature
}

/// A DSSE envelope as it was read: its payload must not be looked at before the signature holds.
public struct Envelope: Hashable, Sendable {
    public static let signaturesMax = 16

    public struct Entry: Hashable, Sendable {
        public let keyID: String
        public let signature: [UInt8]

        public init(keyID: String, signature: [UInt8]) {
            self.keyID = keyID
            self.signature = signature
        }
    }

    public let payloadType: String
    public let payload: [UInt8]
    public let signatures: [Entry]

    public init(payloadType: String, payload: [UInt8], signatures: [Entry]) {
        self.payloadType = payloadType
        self.payload = payload
        self.signatures = signatures
    }

    /// Signs `payload` as `type` with each of `keys`.
    public init(_ type: PayloadType, payload: [UInt8], signedBy keys: [SigningKey]) {
        let message = Self.preAuthenticated(type: type.mediaType, body: payload)
        self.init(
            payloadType: type.mediaType,
            payload: payload,
            signatures: keys.map {
                Entry(
                    keyID: Hex.encode($0.publicKey.keyID.bytes),
                    signature: $0.signature(over: message).bytes
                )
            }
        )
    }

    /// Reads an envelope from its JSON text.
    public init(json bytes: [UInt8]) throws(EnvelopeError) {
        let document: JSONValue
        do { document = try JSONReader.read(bytes) } catch { throw .json(error) }
        do {
            let fields = try JSONFields(document)
            payloadType = try fields.string("payloadType")
            payload = try fields.parsed("payload") { Base64.decode($0) }
            var entries: [Entry] = []
            for value in try fields.array("signatures") {
                let entry = try JSONFields(value)
                entries.append(
                    Entry(
                        keyID: try entry.string("keyid"),
                        signature: try entry.parsed("sig") { Base64.decode($0) }
                    )
                )
            }
            signatures = entries
        } catch { throw .field(error) }
        guard signatures.count <= Self.signaturesMax else { throw .tooManySignatures }
    }

    /// One line of JSON.
    public var json: [UInt8] { value.encoded }

    /// The envelope as a part of a document.
    public var value: JSONValue {
        .object([
            .init("payloadType", .string(payloadType)),
            .init("payload", .string(Base64.encode(payload))),
            .init(
                "signatures",
                .array(
                    signatures.map {
                        .object([
                            .init("keyid", .string($0.keyID)),
                            .init("sig", .string(Base64.encode($0.signature))),
                        ])
                    }
                )
            ),
        ])
    }

    /// Checks the signatures and hands out the payload: the one way to a ``VerifiedPayload``.
    ///
    /// - Parameters:
    ///   - type: what the caller expects, fixed before it looks.
    ///   - keys: keys that hold the role which may sign this.
    ///   - threshold: how many different keys must have signed; at least 1.
    public func opened(
        as type: PayloadType,
        by keys: [PublicKey],
        threshold: Int = 1
    ) throws(EnvelopeError) -> VerifiedPayload {
        precondition(threshold >= 1, "at least one signature")
        guard payloadType == type.mediaType else { throw .wrongType(payloadType) }
        let message = Self.preAuthenticated(type: payloadType, body: payload)
        var signers: Set<PublicKey> = []
        for entry in signatures {
            guard let signature = Signature(bytes: entry.signature) else { continue }
            // The key id is a hint without proof: it only saves trying keys that cannot fit.
            for key in keys where Hex.encode(key.keyID.bytes) == entry.keyID {
                if !signers.contains(key), key.isValid(signature, over: message) {
                    signers.insert(key)
                }
            }
        }
        guard signers.count >= threshold else { throw .badSignature }
        return VerifiedPayload(type: type, bytes: payload, signers: signers)
    }

    /// What a DSSE signature covers: `DSSEv1`, then type and body, each with its length.
    public static func preAuthenticated(type: String, body: [UInt8]) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(type.utf8.count + body.count + 32)
        message += "DSSEv1 ".utf8
        message += String(type.utf8.count).utf8
        message.append(UInt8(ascii: " "))
        message += type.utf8
        message.append(UInt8(ascii: " "))
        message += String(body.count).utf8
        message.append(UInt8(ascii: " "))
        message += body
        return message
    }
}

/// The payload of an envelope whose signatures hold.
///
/// Only ``Envelope`` can make one.
public struct VerifiedPayload: Hashable, Sendable {
    public let type: PayloadType
    public let bytes: [UInt8]
    /// The keys whose signatures were found good.
    public let signers: Set<PublicKey>

    init(type: PayloadType, bytes: [UInt8], signers: Set<PublicKey>) {
        self.type = type
        self.bytes = bytes
        self.signers = signers
    }

    /// Parses the verified bytes and nothing else.
    public func fields() throws(EnvelopeError) -> JSONFields {
        let document: JSONValue
        do { document = try JSONReader.read(bytes) } catch { throw .json(error) }
        do { return try JSONFields(document) } catch { throw .field(error) }
    }
}

public import TicketModel

/// What crosses HTTP between a gate and central (PROTOCOL 6.2); central serves it, gates call it.
public enum GateAPI {
    /// `POST`: ``Enrolment`` in, ``Enrolled`` out.
    public static let enrol = "/v1/gate/enrol"
    /// `POST`: ``TimeRequest`` in, a `fresh` envelope out.
    ///
    /// No authentication.
    public static let time = "/v1/time"
    /// `GET`: the trust list's envelope.
    ///
    /// `after=<version>&wait=<seconds>` waits for a later one and answers 304 if none came. After a
    /// change of roots it gives the list that made it, not the newest: ask again until 304.
    public static let trust = "/v1/gate/trust"
    /// `POST`: record envelopes in, one a line; a `receipt` envelope out.
    public static let log = "/v1/gate/log"

    /// `GET`: the manifest file; `ETag` is its version in quotes, ranges are served.
    ///
    /// `version=<version>` asks for the file of one version, as long as it is kept.
    public static func manifest(of event: EventID) -> String {
        "/v1/gate/events/\(event.hex)/manifest"
    }

    /// `GET`: the newest metadata envelope.
    ///
    /// `after=<version>&wait=<seconds>` waits for a newer one and answers 304 if none came.
    public static func manifestMetadata(of event: EventID) -> String {
        manifest(of: event) + "/meta"
    }

    /// `GET`: `from=<version>` gives the lines that lead to the newest version, its metadata last.
    public static func manifestDelta(of event: EventID) -> String {
        manifest(of: event) + "/delta"
    }

    /// `GET`: ``SealedSecrets`` for the device that asks.
    public static func secrets(of event: EventID) -> String {
        manifest(of: event) + "/secrets"
    }

    /// Records in one upload.
    public static let logBatchMax = 500
    /// Bytes of one upload: 500 envelopes of records with the longest evidence fit.
    public static let logBytesMax = 1 << 20
    /// Longest wait for newer metadata.
    public static let waitSecondsMax = 25

    /// A device's keys, with proof that it holds them.
    public struct Enrolment: Codable, Hashable, Sendable {
        /// Ed25519 public key, base64url.
        public var sign: String
        /// X25519 public key, base64url.
        public var box: String
        /// 16 random bytes, base64url.
        public var nonce: String
        /// Ed25519 over `"st1/enrol\0" || sign || box || nonce`, base64url.
        public var pop: String

        public init(sign: String, box: String, nonce: String, pop: String) {
            self.sign = sign
            self.box = box
            self.nonce = nonce
            self.pop = pop
        }

        /// What ``pop`` signs.
        public static func message(sign: [UInt8], box: [UInt8], nonce: [UInt8]) -> [UInt8] {
            Array("st1/enrol\0".utf8) + sign + box + nonce
        }
    }

    /// What a device learns when it enrols.
    public struct Enrolled: Codable, Hashable, Sendable {
        /// The `device` statement.
        public var statement: EnvelopeBody
        /// The trust list; its roots must have the fingerprint that the device pins.
        public var trust: EnvelopeBody
        /// Where central holds the device's log already, as a `receipt`.
        public var receipt: EnvelopeBody

        public init(statement: EnvelopeBody, trust: EnvelopeBody, receipt: EnvelopeBody) {
            self.statement = statement
            self.trust = trust
            self.receipt = receipt
        }
    }

    public struct TimeRequest: Codable, Hashable, Sendable {
        /// 16 random bytes, base64url.
        public var nonce: String
        /// The event whose manifest version is asked for, 32 hex digits.
        public var event: String

        public init(nonce: String, event: String) {
            self.nonce = nonce
            self.event = event
        }
    }

    /// Secrets of an event, each in a `crypto_box_seal` box to the device's X25519 key, base64url.
    public struct SealedSecrets: Codable, Hashable, Sendable {
        /// 32 bytes: hashes barcodes.
        public var barcodeKey: String
        /// 32 bytes: checks wallet codes; `nil` where the event has none.
        public var walletKey: String?

        enum CodingKeys: String, CodingKey {
            case barcodeKey = "barcode_key"
            case walletKey = "wallet_key"
        }

        public init(barcodeKey: String, walletKey: String? = nil) {
            self.barcodeKey = barcodeKey
            self.walletKey = walletKey
        }
    }
}

/// Signing keys and the trust list, as an administrator sees them; private halves never cross.
public enum SigningKeyAPI {
    public static let path = "/v1/signing-keys"
    public static let roles: Set<String> = [
        "live", "paper", "cred", "manifest", "fresh", "device-ca", "receipt",
    ]
    /// Seconds from listing to signing.
    public static let overlapRange = 0...2_592_000

    /// A key of the trust list, or one that is to come into it.
    public struct Key: Codable, Hashable, Sendable {
        /// 8 hex digits.
        public var kid: String
        /// base64url.
        public var pub: String
        public var role: String
        /// 32 hex digits, for roles that belong to one event.
        public var event: String?
        /// Unix milliseconds.
        public var nbf: Int64
        /// Unix milliseconds.
        public var exp: Int64
        /// Unix milliseconds.
        public var revoked: Int64?
        /// The first trust list in force that names it.
        public var listed: Int64?
        /// Unix milliseconds; missing for a reserve and for keys that await signature.
        public var signsFrom: Int64?
        /// `signs`, `announced`, `reserve`, `awaits-signature`, `retired`, `revoked`, `expired`.
        public var standing: String

        enum CodingKeys: String, CodingKey {
            case kid, pub, role, event, nbf, exp, revoked, listed, standing
            case signsFrom = "signs_from"
        }

        public init(
            kid: String,
            pub: String,
            role: String,
            event: String?,
            nbf: Int64,
            exp: Int64,
            revoked: Int64?,
            listed: Int64?,
            signsFrom: Int64?,
            standing: String
        ) {
            self.kid = kid
            self.pub = pub
            self.role = role
            self.event = event
            self.nbf = nbf
            self.exp = exp
            self.revoked = revoked
            self.listed = listed
            self.signsFrom = signsFrom
            self.standing = standing
        }
    }

    /// The trust list in force, and what the next one will change.
    public struct Trust: Codable, Hashable, Sendable {
        /// 0 before the first list.
        public var version: Int64
        /// Unix milliseconds.
        public var expires: Int64?
        /// `online` or `offline`.
        public var root: String
        public var threshold: Int
        /// 64 hex digits, which gates pin.
        public var rootFingerprint: String
        /// What waits for the signatures of offline roots, in words.
        public var pending: [String]

        enum CodingKeys: String, CodingKey {
            case version, expires, root, threshold, pending
            case rootFingerprint = "root_fingerprint"
        }

        public init(
            version: Int64,
            expires: Int64?,
            root: String,
            threshold: Int,
            rootFingerprint: String,
            pending: [String]
        ) {
            self.version = version
            self.expires = expires
            self.root = root
            self.threshold = threshold
            self.rootFingerprint = rootFingerprint
            self.pending = pending
        }
    }

    /// `GET /v1/signing-keys`.
    public struct List: Codable, Hashable, Sendable {
        public var keys: [Key]
        public var trust: Trust

        public init(keys: [Key], trust: Trust) {
            self.keys = keys
            self.trust = trust
        }
    }

    /// `POST /v1/signing-keys/rotate`.
    public struct Rotation: Codable, Hashable, Sendable {
        public var role: String
        public var event: String?
        /// Seconds; missing: ten minutes.
        public var overlapSeconds: Int?
        /// Draws a key that gates know and that signs only when it is called for.
        public var reserve: Bool

        enum CodingKeys: String, CodingKey, CaseIterable {
            case role, event, reserve
            case overlapSeconds = "overlap_seconds"
        }

        public init(
            role: String,
            event: String? = nil,
            overlapSeconds: Int? = nil,
            reserve: Bool = false
        ) {
            self.role = role
            self.event = event
            self.overlapSeconds = overlapSeconds
            self.reserve = reserve
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            role = try members.word(.role, of: SigningKeyAPI.roles)
            event = try members.textIfPresent(.event, bytes: 32...32)
            overlapSeconds = try members.numberIfPresent(
                .overlapSeconds,
                in: SigningKeyAPI.overlapRange
            )
            reserve = try members.decodeIfPresent(Bool.self, forKey: .reserve) ?? false
        }
    }

    /// What became of a change.
    public struct Change: Codable, Hashable, Sendable {
        public var key: Key
        /// The key that signs in this role now; missing while none may.
        public var signing: String?
        /// The trust list that says so; missing while the change awaits signature.
        public var trust: Int64?
        /// Offline roots must sign a list before gates learn of it.
        public var awaitsSignature: Bool

        enum CodingKeys: String, CodingKey {
            case key, signing, trust
            case awaitsSignature = "awaits_signature"
        }

        public init(key: Key, signing: String?, trust: Int64?, awaitsSignature: Bool) {
            self.key = key
            self.signing = signing
            self.trust = trust
            self.awaitsSignature = awaitsSignature
        }
    }
}

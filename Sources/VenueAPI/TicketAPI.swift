/// Tickets as they cross the API.
public enum TicketAPI {
    /// A ticket to issue; what is missing comes from its access class.
    public struct Draft: Codable, Hashable, Sendable {
        public var accessClass: UInt16
        /// The shop's own number, unique within the event.
        public var reference: String?
        /// What the seat is called, for the holder; gates never learn it.
        public var seat: String?
        /// `valid` or `unpaid`.
        public var status: String?
        /// Unix milliseconds; default: no bound but the class's.
        public var validFrom: Int64?
        public var validUntil: Int64?
        public var maxUses: Int?
        public var reentry: Bool?
        public var methods: [String]?
        /// Whether staff must see an identity document.
        public var checkID: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case reference, seat, status, reentry, methods
            case accessClass = "class"
            case validFrom = "valid_from"
            case validUntil = "valid_until"
            case maxUses = "max_uses"
            case checkID = "check_id"
        }

        public init(
            accessClass: UInt16,
            reference: String? = nil,
            seat: String? = nil,
            status: String? = nil
        ) {
            self.accessClass = accessClass
            self.reference = reference
            self.seat = seat
            self.status = status
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            accessClass = try members.number(.accessClass, in: WireLimits.classNumbers)
            reference = try members.textIfPresent(.reference, bytes: WireLimits.referenceBytes)
            seat = try members.textIfPresent(.seat, bytes: WireLimits.seatBytes)
            if members.contains(.status) {
                status = try members.word(.status, of: ["valid", "unpaid"])
            }
            validFrom = try members.numberIfPresent(.validFrom, in: WireLimits.times)
            validUntil = try members.numberIfPresent(.validUntil, in: WireLimits.times)
            if let validFrom, let validUntil, validFrom >= validUntil {
                throw members.fault(.validUntil, "is not after valid_from")
            }
            maxUses = try members.numberIfPresent(.maxUses, in: WireLimits.usesRange)
            reentry = try members.decodeIfPresent(Bool.self, forKey: .reentry)
            methods = try members.methodsIfPresent(.methods)
            checkID = try members.decodeIfPresent(Bool.self, forKey: .checkID)
        }
    }

    /// What the shop hands to its customer: given when a ticket is issued and when it is reissued.
    public struct Issued: Codable, Hashable, Sendable {
        /// 32 hex digits.
        public var id: String
        public var reference: String?
        /// Which issue of this ticket's codes this is, from 0.
        public var generation: UInt8
        /// The own static code, 18 characters.
        public var code: String
        /// The PAPER token, to be printed as a QR code.
        public var paper: String
        /// The holder page: a secret address, for the holder only.
        public var link: String

        public init(
            id: String,
            reference: String?,
            generation: UInt8,
            code: String,
            paper: String,
            link: String
        ) {
            self.id = id
            self.reference = reference
            self.generation = generation
            self.code = code
            self.paper = paper
            self.link = link
        }
    }

    /// All tickets of one call, in its order.
    public struct IssuedList: Codable, Hashable, Sendable {
        public var tickets: [Issued]

        public init(tickets: [Issued]) {
            self.tickets = tickets
        }
    }

    /// A ticket as central keeps it; codes are not part of it.
    public struct Ticket: Codable, Hashable, Sendable {
        public var id: String
        public var event: String
        public var accessClass: UInt16
        /// `unpaid`, `valid`, `revoked`, `blocked` or `spare`.
        public var status: String
        public var generation: UInt8
        public var reference: String?
        public var seat: String?
        public var validFrom: Int64?
        public var validUntil: Int64?
        public var maxUses: Int
        public var reentry: Bool
        public var methods: [String]
        /// Whether staff must see an identity document.
        public var checkID: Bool
        /// The key of the phone that the ticket is bound to, 32 bytes, base64url.
        public var holder: String?
        /// The end of the offline pack that was given out for this generation, Unix milliseconds.
        public var packUntil: Int64?
        /// Unix milliseconds.
        public var issued: Int64

        enum CodingKeys: String, CodingKey, CaseIterable {
            case id, event, status, generation, reference, seat, reentry, methods, issued, holder
            case accessClass = "class"
            case validFrom = "valid_from"
            case validUntil = "valid_until"
            case maxUses = "max_uses"
            case checkID = "check_id"
            case packUntil = "pack_until"
        }

        public init(
            id: String,
            event: String,
            accessClass: UInt16,
            status: String,
            generation: UInt8,
            reference: String?,
            seat: String?,
            validFrom: Int64?,
            validUntil: Int64?,
            maxUses: Int,
            reentry: Bool,
            methods: [String],
            checkID: Bool,
            holder: String?,
            packUntil: Int64?,
            issued: Int64
        ) {
            self.id = id
            self.event = event
            self.accessClass = accessClass
            self.status = status
            self.generation = generation
            self.reference = reference
            self.seat = seat
            self.validFrom = validFrom
            self.validUntil = validUntil
            self.maxUses = maxUses
            self.reentry = reentry
            self.methods = methods
            self.checkID = checkID
            self.holder = holder
            self.packUntil = packUntil
            self.issued = issued
        }
    }

    /// Why something is done to a ticket: for the server's log, beside what was done and to which.
    public struct Reason: Codable, Hashable, Sendable {
        public var reason: String?

        enum CodingKeys: String, CodingKey, CaseIterable { case reason }

        public init(reason: String? = nil) {
            self.reason = reason
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            reason = try members.textIfPresent(.reason, bytes: WireLimits.reasonBytes)
        }
    }

    /// A LIVE token, fresh.
    public struct Token: Codable, Hashable, Sendable {
        public var ticket: String
        /// What the QR code says.
        public var token: String
        /// Unix milliseconds.
        public var starts: Int64
        /// Unix milliseconds, the first instant at which it is over.
        public var ends: Int64

        public init(ticket: String, token: String, starts: Int64, ends: Int64) {
            self.ticket = ticket
            self.token = token
            self.starts = starts
            self.ends = ends
        }
    }

    /// Codes for the box office to make: `POST /v1/events/{event}/spares`.
    public struct SpareDraft: Codable, Hashable, Sendable {
        public var count: Int
        /// What they become unless their assignment says otherwise; missing: the first class.
        public var accessClass: UInt16?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case count
            case accessClass = "class"
        }

        public init(count: Int, accessClass: UInt16? = nil) {
            self.count = count
            self.accessClass = accessClass
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            count = try members.number(.count, in: 1...WireLimits.ticketsMax)
            accessClass = try members.numberIfPresent(.accessClass, in: WireLimits.classNumbers)
        }
    }

    /// What a spare code becomes: `POST /v1/tickets/{ticket}/assign`.
    ///
    /// Either a ticket of its own, or, with `ticket`, another code of a ticket that there is.
    public struct Assignment: Codable, Hashable, Sendable {
        /// The ticket that gets the spare's own static code, 32 hex digits.
        public var ticket: String?
        public var accessClass: UInt16?
        public var reference: String?
        public var seat: String?
        /// `valid` or `unpaid`.
        public var status: String?
        public var reason: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case ticket, reference, seat, status, reason
            case accessClass = "class"
        }

        public init(
            ticket: String? = nil,
            accessClass: UInt16? = nil,
            reference: String? = nil,
            seat: String? = nil,
            status: String? = nil,
            reason: String? = nil
        ) {
            self.ticket = ticket
            self.accessClass = accessClass
            self.reference = reference
            self.seat = seat
            self.status = status
            self.reason = reason
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            ticket = try members.textIfPresent(.ticket, bytes: 32...32)
            accessClass = try members.numberIfPresent(.accessClass, in: WireLimits.classNumbers)
            reference = try members.textIfPresent(.reference, bytes: WireLimits.referenceBytes)
            seat = try members.textIfPresent(.seat, bytes: WireLimits.seatBytes)
            if members.contains(.status) {
                status = try members.word(.status, of: ["valid", "unpaid"])
            }
            reason = try members.textIfPresent(.reason, bytes: WireLimits.reasonBytes)
            let others: [Any?] = [accessClass, reference, seat, status]
            guard ticket == nil || others.allSatisfy({ $0 == nil }) else {
                throw members.fault(.ticket, "stands alone, or with a reason")
            }
        }
    }

    /// What a wallet pass is made of: `GET /v1/tickets/{ticket}/pass`.
    public struct Pass: Codable, Hashable, Sendable {
        /// 32 hex digits.
        public var ticket: String
        public var generation: UInt8
        /// The PAPER token.
        public var paper: String
        /// The TOTP key (RFC 6238, HMAC-SHA-1), 20 bytes, base64url.
        public var totpKey: String
        /// Seconds.
        public var totpStep: Int
        public var totpDigits: Int
        /// What the pass shows, with the wallet's words for time and password left open.
        public var pattern: String

        enum CodingKeys: String, CodingKey {
            case ticket, generation, paper, pattern
            case totpKey = "totp_key"
            case totpStep = "totp_step"
            case totpDigits = "totp_digits"
        }

        public init(ticket: String, generation: UInt8, paper: String, totpKey: String) {
            self.ticket = ticket
            self.generation = generation
            self.paper = paper
            self.totpKey = totpKey
            totpStep = 60
            totpDigits = 8
            pattern = "\(paper)-{totp_timestamp_seconds}-{totp_value_0}"
        }
    }
}

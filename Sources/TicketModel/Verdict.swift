/// What a gate says to one scan (PROTOCOL 8.1).
///
/// Raw values are wire and log codes: never reuse one. They say nothing about precedence, which
/// `AdmissionRules` declares once.
public enum VerdictCode: UInt8, CaseIterable, Hashable, Sendable {
    case success = 0
    case duplicate = 1
    case wrongHall = 2
    case unpaid = 3
    case notFound = 4
    case expired = 5
    case notYetValid = 6
    case badSignature = 7
    case revoked = 8
    case blocked = 9
    case wrongEvent = 10
    case wrongGate = 11
    case malformed = 12
    case clockUntrusted = 13
    case superseded = 14
    case methodNotAllowed = 15
    case showLongCode = 16
    case manifestExpired = 17
    case unsupported = 18
    case notInside = 19
    case refer = 20
    case error = 21
    case specimen = 22

    /// The name in documents, on the command line and in JSON.
    public var name: String {
        switch self {
        case .success: "SUCCESS"
        case .duplicate: "DUPLICATE"
        case .wrongHall: "WRONG_HALL"
        case .unpaid: "UNPAID"
        case .notFound: "NOT_FOUND"
        case .expired: "EXPIRED"
        case .notYetValid: "NOT_YET_VALID"
        case .badSignature: "BAD_SIGNATURE"
        case .revoked: "REVOKED"
        case .blocked: "BLOCKED"
        case .wrongEvent: "WRONG_EVENT"
        case .wrongGate: "WRONG_GATE"
        case .malformed: "MALFORMED"
        case .clockUntrusted: "CLOCK_UNTRUSTED"
        case .superseded: "SUPERSEDED"
        case .methodNotAllowed: "METHOD_NOT_ALLOWED"
        case .showLongCode: "SHOW_LONG_CODE"
        case .manifestExpired: "MANIFEST_EXPIRED"
        case .unsupported: "UNSUPPORTED"
        case .notInside: "NOT_INSIDE"
        case .refer: "REFER"
        case .error: "ERROR"
        case .specimen: "SPECIMEN"
        }
    }

    /// The colour of the screen.
    public var signal: Signal {
        switch self {
        case .success: .green
        case .duplicate, .notFound, .badSignature, .revoked, .blocked, .wrongEvent, .malformed,
            .superseded, .unsupported, .error:
            .red
        case .wrongHall, .unpaid, .expired, .notYetValid, .wrongGate, .clockUntrusted,
            .methodNotAllowed, .showLongCode, .manifestExpired, .refer, .specimen:
            .amber
        case .notInside: .none
        }
    }
}

/// The light a steward sees: red refuses, amber sends the guest to somebody.
public enum Signal: String, Hashable, Sendable {
    case green, amber, red, none
}

/// What stands behind a verdict code: the `detail` of entry records.
///
/// Raw values are logged: never reuse one.
public enum VerdictDetail: String, CaseIterable, Hashable, Sendable {
    case none = ""
    /// EXPIRED, NOT_YET_VALID: the code shown, not the ticket.
    case code
    /// EXPIRED, NOT_YET_VALID: the ticket's own day or slot.
    case ticket
    case unknownKey = "unknown_key"
    case wrongRole = "wrong_role"
    case signature
    case totp
    /// DUPLICATE: admitted here, nobody has passed yet.
    case sameLaneNoPassage = "same_lane_no_passage"
    /// DUPLICATE: admitted and passed here: pass-back or tailgate.
    case sameLanePassed = "same_lane_passed"
    /// DUPLICATE: admitted at another lane or gate: a copied code.
    case otherGate = "other_gate"
    /// REFER: the staff must see an identity document first.
    case checkID = "check_id"
    /// REFER: the gate is cut off and the policy asks for a supervisor.
    case isolated
    /// REFER: a well-signed token of a ticket that this manifest does not list.
    case unlisted
    /// ERROR: the journal could not store the record, so nobody is let in.
    case storage
}

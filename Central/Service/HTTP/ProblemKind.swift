package import HTTPTypes

/// The kinds of problem this API can answer with; the names are part of its contract.
package enum ProblemKind: String, CaseIterable, Hashable, Sendable {
    case invalidRequest = "invalid-request"
    case malformedJSON = "malformed-json"
    case unauthenticated
    case forbidden
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case conflict
    case impossibleTransition = "impossible-transition"
    case duplicateReference = "duplicate-reference"
    case reissueLimit = "reissue-limit"
    case ticketNotShowable = "ticket-not-showable"
    case heldElsewhere = "held-elsewhere"
    case keysAwaitSignature = "keys-await-signature"
    case trustAwaitsSignature = "trust-awaits-signature"
    case idempotencyConflict = "idempotency-conflict"
    case idempotencyInFlight = "idempotency-in-flight"
    case logGap = "log-gap"
    case logFork = "log-fork"
    case deviceQuarantined = "device-quarantined"
    case manifestTooOld = "manifest-too-old"
    case tooLarge = "too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case rangeNotSatisfiable = "range-not-satisfiable"
    case internalError = "internal-error"
    case busy

    package var type: String { "/problems/\(rawValue)" }

    package var status: HTTPResponse.Status {
        switch self {
        case .invalidRequest: .unprocessableContent
        case .malformedJSON: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden, .deviceQuarantined: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .notAcceptable: .notAcceptable
        case .conflict, .impossibleTransition, .duplicateReference, .reissueLimit,
            .ticketNotShowable, .heldElsewhere, .idempotencyInFlight, .logGap, .logFork:
            .conflict
        case .keysAwaitSignature, .trustAwaitsSignature: .conflict
        case .idempotencyConflict: .unprocessableContent
        case .manifestTooOld: .gone
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .internalError: .internalServerError
        case .busy: .serviceUnavailable
        }
    }

    package var title: String {
        switch self {
        case .invalidRequest: "The request is understood, but not acceptable."
        case .malformedJSON: "The body is not the JSON that is expected here."
        case .unauthenticated: "A valid API key is needed."
        case .forbidden: "This API key may not do that."
        case .notFound: "There is no such thing."
        case .methodNotAllowed: "This address does not know that method."
        case .notAcceptable: "None of the wanted media types can be given."
        case .conflict: "The state of things does not allow this."
        case .impossibleTransition: "The ticket's status does not allow this."
        case .duplicateReference: "This reference is taken within the event."
        case .reissueLimit: "The ticket has been reissued as often as is possible."
        case .ticketNotShowable: "The ticket has no code to show now."
        case .heldElsewhere: "Another phone holds this ticket."
        case .keysAwaitSignature: "The root keys have not yet signed for the event's keys."
        case .trustAwaitsSignature: "The root keys have not yet signed the first trust list."
        case .idempotencyConflict: "The idempotency key was used for another request."
        case .idempotencyInFlight: "The first request with this idempotency key still runs."
        case .logGap: "Records are missing before these."
        case .logFork: "Other records are held under these sequence numbers."
        case .deviceQuarantined: "The device is quarantined."
        case .manifestTooOld: "That version lies too far back for a delta."
        case .tooLarge: "The request is too large."
        case .unsupportedMediaType: "The body has a media type that is not taken here."
        case .rangeNotSatisfiable: "The file has no such range."
        case .internalError: "Something went wrong on our side."
        case .busy: "The server cannot answer just now; try again."
        }
    }
}

import CentralStore
import Database
import HTTPTypes
import TicketModel
import VenueAPI

/// Says the store's errors in the API's words.
enum StoreProblems {
    /// `nil` for errors that are not the store's.
    static func problem(of error: any Error) -> Problem? {
        (error as? StoreError).flatMap(problem(of:))
    }

    /// `nil` for faults of this machine, which are for the log and not for the caller.
    static func problem(of error: StoreError) -> Problem? {
        switch error {
        case .database(.busy): Problem(.busy, headers: [.retryAfter: "1"])
        case .database, .file, .alreadyInitialised, .notInitialised, .wrongMasterKey,
            .foreignSchema, .inService, .backup:
            nil
        case .notFound(let subject):
            Problem(.notFound, "There is no such \(words(for: subject)).")
        case .invalid(let values):
            Problem(
                .invalidRequest,
                errors: values.map { .init(pointer: $0.pointer, detail: $0.detail) }
            )
        case .limitReached(let subject):
            Problem(
                .conflict,
                "There are as many of this kind as is allowed: \(words(for: subject))."
            )
        case .inUse(let pointer):
            Problem(
                .conflict,
                "Something still needs what would be removed.",
                errors: [.init(pointer: pointer, detail: "is in use")]
            )
        case .referencesTaken(let references):
            Problem(
                .duplicateReference,
                "Taken: \(references.joined(separator: ", "))."
            )
        case .impossibleChange(let change, let status):
            Problem(
                .impossibleTransition,
                "A ticket that is \(status.name) cannot be changed by \(change.rawValue)."
            )
        case .generationsExhausted: Problem(.reissueLimit)
        case .refused(.heldElsewhere):
            Problem(
                .heldElsewhere,
                "Another phone shows this ticket; with take_over its codes would die."
            )
        case .refused(let refusal):
            Problem(.ticketNotShowable, "The ticket is \(words(for: refusal)).")
        case .idempotencyConflict: Problem(.idempotencyConflict)
        case .idempotencyInFlight: Problem(.idempotencyInFlight, headers: [.retryAfter: "1"])
        case .badProof: Problem.invalid("/pop", "is not the signature of the key it came with")
        case .deviceKeyTaken: Problem(.conflict, "Another device has enrolled with this key.")
        case .deviceRevoked: Problem(.forbidden, "The device is revoked.")
        case .keysAwaitSignature: Problem(.keysAwaitSignature)
        case .trustAwaitsSignature: Problem(.trustAwaitsSignature)
        case .trustRefused(let refusal):
            Problem(.conflict, "The trust list is refused: \(refusal).")
        case .upload(let fault): problem(of: fault)
        }
    }

    private static func problem(of fault: UploadFault) -> Problem {
        switch fault {
        case .empty: Problem(.invalidRequest, "There is no record in the upload.")
        case .tooManyRecords(let most): Problem(.tooLarge, "At most \(most) records are taken.")
        case .tooLarge: Problem(.tooLarge)
        case .badLine(let line, let error):
            .invalid("/\(line - 1)", "is no entry record in an envelope (\(error))")
        case .badSignature(let line):
            .invalid("/\(line - 1)", "is not signed by the device's key")
        case .unknownLog(let device, let epoch):
            Problem(.invalidRequest, "No device has enrolled as \(device), epoch \(epoch).")
        case .otherLog(let line):
            .invalid("/\(line - 1)", "belongs to another log than the first line")
        case .outOfOrder(let line):
            .invalid("/\(line - 1)", "has a number that does not rise")
        }
    }

    private static func words(for subject: StoreError.Subject) -> String {
        switch subject {
        case .event: "event"
        case .ticket: "ticket"
        case .device: "gate"
        case .apiKey: "API key"
        case .manifest: "manifest"
        case .signingKey: "signing key"
        }
    }

    private static func words(for refusal: MintRefusal) -> String {
        switch refusal {
        case .revoked: "revoked"
        case .blocked: "blocked"
        case .unpaid: "not paid"
        case .over: "over"
        case .methodNotAllowed: "not one that may be shown with a code of this kind"
        case .heldElsewhere: "shown by another phone"
        case .tooManyMoves: "one that was moved to another phone too often; reissue it"
        }
    }
}

import Encodings
import EntryLogFormat
import GateLogic
import GateStore
import HTTPTypes
import Hummingbird
import NIOCore
import TicketModel
import TrustFormat
import VenueAPI

/// The supervisor's calls, for programs of this machine (Gate/README.md).
///
/// There is no log-in yet, so nothing else may get here: not another machine, and not a page of
/// somebody else's that a browser on this machine has open.
struct DoorRoutes: Sendable {
    /// Bytes of a body: a lane, a ticket and a reason.
    static let bodyBytesMax = 4096
    static let entriesByDefault = 50

    let desk: SupervisorDesk

    func add(to router: Router<BasicRequestContext>) {
        router.post("/v1/undo") { request, _ in
            await answer(request) { fields throws(DoorProblem) in try await undo(fields) }
        }
        router.post("/v1/force") { request, _ in
            await answer(request) { fields throws(DoorProblem) in try await force(fields) }
        }
        router.post("/v1/confirm-id") { request, _ in
            await answer(request) { fields throws(DoorProblem) in try await confirm(fields) }
        }
        router.post("/v1/rehearsal") { request, _ in
            await answer(request) { fields throws(DoorProblem) in try rehearsal(fields) }
        }
        router.get("/v1/readiness") { request, _ in readiness(request) }
        router.get("/v1/scans") { request, _ in scans(request) }
    }

    private func rehearsal(_ fields: JSONFields) throws(DoorProblem) -> JSONValue {
        let action = try Self.read("/action", "must be 'start' or 'end'") {
            () throws(FieldError) in
            try fields.parsed("action") { RehearsalAction(rawValue: $0) }
        }
        do throws(SupervisorDesk.Refusal) {
            switch action {
            case .start: return try desk.rehearsals.start().json
            case .end: return try desk.rehearsals.end().value
            }
        } catch { throw DoorProblem(error) }
    }

    private func readiness(_ request: Request) -> Response {
        do throws(DoorProblem) {
            try LocalCaller.check(request)
            do throws(SupervisorDesk.Refusal) {
                return Self.response(try desk.rehearsals.readiness().value)
            } catch { throw DoorProblem(error) }
        } catch { return error.response }
    }

    private func undo(_ fields: JSONFields) async throws(DoorProblem) -> JSONValue {
        let reason = try Self.reason(fields)
        let lane = try Self.lane(fields)
        let sequence = try Self.sequence(fields)
        do throws(SupervisorDesk.Refusal) {
            switch (lane, sequence) {
            case (let lane?, nil): return try await desk.undo(lane: lane, reason: reason).json
            case (nil, let sequence?):
                return try await desk.undo(sequence: sequence, reason: reason).json
            case (nil, nil), (.some, .some): break
            }
        } catch { throw DoorProblem(error) }
        throw .member("", "needs either 'lane' or 'sequence'")
    }

    private func force(_ fields: JSONFields) async throws(DoorProblem) -> JSONValue {
        let reason = try Self.reason(fields)
        guard let lane = try Self.lane(fields) else { throw .member("/lane", "is missing") }
        let ticket = try Self.read("/ticket", "must be a ticket id of 32 hex digits") {
            () throws(FieldError) in
            try fields.optional("ticket") { fields, name throws(FieldError) in
                try fields.parsed(name) { TicketID(hex: $0) }
            }
        }
        do throws(SupervisorDesk.Refusal) {
            return try await desk.force(lane: lane, ticket: ticket, reason: reason).json
        } catch { throw DoorProblem(error) }
    }

    private func confirm(_ fields: JSONFields) async throws(DoorProblem) -> JSONValue {
        guard let lane = try Self.lane(fields) else { throw .member("/lane", "is missing") }
        do throws(SupervisorDesk.Refusal) {
            let ticket = try await desk.confirmIdentity(lane: lane)
            return .object([
                .init("ticket", .string(ticket.hex)),
                .init("good_for_ms", .integer(IdentityCheck.goodFor.milliseconds)),
            ])
        } catch { throw DoorProblem(error) }
    }

    private func scans(_ request: Request) -> Response {
        do throws(DoorProblem) {
            try LocalCaller.check(request)
            var limit = Self.entriesByDefault
            if let text = request.uri.queryParameters["limit"] {
                guard let number = Int(text), (1...SupervisorDesk.entriesMax).contains(number)
                else { throw .member("limit", "must be 1 to \(SupervisorDesk.entriesMax)") }
                limit = number
            }
            do throws(SupervisorDesk.Refusal) {
                let entries = try desk.latest(limit)
                return Self.response(.object([.init("scans", .array(entries.map(\.json)))]))
            } catch { throw DoorProblem(error) }
        } catch { return error.response }
    }

    /// Reads the body of a call, runs it and puts its answer or its problem into words.
    private func answer(
        _ request: Request,
        _ call: (JSONFields) async throws(DoorProblem) -> JSONValue
    ) async -> Response {
        do throws(DoorProblem) {
            try LocalCaller.check(request)
            return Self.response(try await call(try await Self.body(request)))
        } catch { return error.response }
    }

    private static func body(_ request: Request) async throws(DoorProblem) -> JSONFields {
        // A page of another origin can send a form or plain text without asking; not this.
        let type = request.headers[.contentType] ?? ""
        let media = type.prefix { $0 != ";" }.trimmingSuffixSpaces.lowercased()
        guard media == "application/json" else { throw .mediaType }
        let bytes: [UInt8]
        do {
            let buffer = try await request.body.collect(upTo: bodyBytesMax)
            bytes = Array(buffer.readableBytesView)
        } catch { throw .tooLarge }
        do { return try JSONFields(try JSONReader.read(bytes)) } catch { throw .malformed }
    }

    private static func response(_ value: JSONValue) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/json", .cacheControl: "no-store",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.encoded))
        )
    }

    // MARK: Members

    private static func lane(_ fields: JSONFields) throws(DoorProblem) -> LaneNumber? {
        try read("/lane", "must be the number of a lane") { () throws(FieldError) in
            try fields.optional("lane") { fields, name throws(FieldError) in
                LaneNumber(try fields.number(name))
            }
        }
    }

    private static func sequence(_ fields: JSONFields) throws(DoorProblem) -> UInt64? {
        try read("/sequence", "must be the number of a record") { () throws(FieldError) in
            try fields.optional("sequence") { fields, name throws(FieldError) in
                try fields.number(name)
            }
        }
    }

    private static func reason(_ fields: JSONFields) throws(DoorProblem) -> String {
        let max = EntryRecord.reasonBytesMax
        let reason = try read("/reason", "must be a text of 1 to \(max) bytes") {
            () throws(FieldError) in
            try fields.string("reason")
        }
        guard reason.contains(where: { !$0.isWhitespace }), reason.utf8.count <= max else {
            throw .member("/reason", "must be a text of 1 to \(max) bytes")
        }
        return reason
    }

    private static func read<Value>(
        _ pointer: String,
        _ expectation: String,
        _ read: () throws(FieldError) -> Value
    ) throws(DoorProblem) -> Value {
        do { return try read() } catch { throw .member(pointer, expectation) }
    }
}

private enum RehearsalAction: String {
    case start, end
}

extension StringProtocol {
    fileprivate var trimmingSuffixSpaces: Substring {
        var kept = Substring(self)
        while kept.last == " " || kept.last == "\t" { kept.removeLast() }
        return kept
    }
}

extension ActionRecord {
    fileprivate var json: JSONValue {
        .object([
            .init("seq", .integer(Int64(clamping: sequence))),
            .init("lane", .integer(Int64(lane.number))),
            .init("ticket", ticket.map { .string($0.hex) } ?? .null),
            .init("t", .integer(time.milliseconds)),
        ])
    }
}

extension LoggedRecord {
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("seq", .integer(Int64(clamping: record.sequence))),
            .init("kind", .string(record.kind)),
            .init("t", .integer(record.time.milliseconds)),
            .init("lane", .integer(Int64(record.lane.number))),
        ]
        switch record.body {
        case .scan(let scan):
            members += [
                .init("verdict", .string(scan.code.name)),
                .init("detail", .string(scan.detail.rawValue)),
                .init("ticket", scan.ticket.map { .string($0.hex) } ?? .null),
                .init("form", scan.form.map { .integer(Int64($0.rawValue)) } ?? .null),
                .init("dir", .string(scan.direction.rawValue)),
                .init("flags", .array(scan.flags.map(\.rawValue).sorted().map { .string($0) })),
            ]
        case .force(let reason, let ticket):
            members += [
                .init("reason", .string(reason)),
                .init("ticket", ticket.map { .string($0.hex) } ?? .null),
            ]
        case .start, .stop, .pass, .void, .mode, .sync: break
        }
        if isEntry {
            let undoUntil = record.time + EntryCorrection.undoWithin
            members += [
                .init("passed", .bool(ending.contains(.passed))),
                .init("abandoned", .bool(ending.contains(.abandoned))),
                .init("undone", .bool(ending.contains(.undone))),
                .init(
                    "undo_until",
                    ending.isGivenBack ? .null : .integer(undoUntil.milliseconds)
                ),
            ]
        }
        return .object(members)
    }
}

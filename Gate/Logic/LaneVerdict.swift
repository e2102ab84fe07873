package import AdmissionRules
package import Encodings
import EntryLogFormat
package import TicketModel

/// What a lane says to one scan: shown, printed and sent to whoever watches.
package struct LaneVerdict: Hashable, Sendable {
    package let decision: Decision
    package let lane: LaneNumber
    package let hall: HallNumber
    package let gate: GateNumber
    package let direction: Direction
    package let time: Timestamp
    /// The record of the scan; `nil` if there is none, and then nobody was admitted.
    package let sequence: UInt64?
    /// The manifest that was in force; 0 if there was none.
    package let manifest: Int64
    /// Which scanner read the code.
    package let scanner: String
    /// With ERROR: what failed, in words.
    package let fault: String?
    /// What the lane's stewards read.
    package let language: StewardLanguage
    /// With DUPLICATE: the time of day of the earlier admission, where the gate is.
    package let earlierTime: TimeOfDay?
    /// Rule 1: the same text again at the same lane, without a record of its own.
    package private(set) var isRepeated = false

    package init(
        decision: Decision,
        situation: LaneSituation,
        sequence: UInt64?,
        manifest: Int64,
        scanner: String,
        fault: String?,
        language: StewardLanguage = .english,
        earlierTime: TimeOfDay? = nil
    ) {
        self.decision = decision
        lane = situation.lane
        hall = situation.hall
        gate = situation.gate
        direction = situation.direction
        time = situation.clock.now
        self.sequence = sequence
        self.manifest = manifest
        self.scanner = scanner
        self.fault = fault
        self.language = language
        self.earlierTime = earlierTime
    }

    /// The words that the lane's stewards read.
    package var text: StewardText {
        language.text(for: decision, at: time, earlierTime: earlierTime)
    }

    /// The same verdict, shown a second time.
    package var shownAgain: LaneVerdict {
        var again = self
        again.isRepeated = true
        return again
    }

    /// One line of JSON, with the words that a steward reads.
    package func json() -> JSONValue {
        let text = text
        var members: [JSONValue.Member] = [
            .init("t", .integer(time.milliseconds)),
            .init("verdict", .string(decision.code.name)),
            .init("code", .integer(Int64(decision.code.rawValue))),
            .init("detail", .string(decision.detail.rawValue)),
            .init("signal", .string(decision.code.signal.rawValue)),
            .init("headline", .string(text.headline)),
            .init("advice", .string(text.advice)),
            .init("lang", .string(language.rawValue)),
            .init("ticket", decision.ticket.map { .string($0.hex) } ?? .null),
            .init("form", decision.form.map { .integer(Int64($0.rawValue)) } ?? .null),
            .init("dir", .string(direction.rawValue)),
            .init("lane", .integer(Int64(lane.number))),
            .init("hall", .integer(Int64(hall.number))),
            .init("gate", .integer(Int64(gate.number))),
            .init("seq", sequence.map { .integer(Int64(clamping: $0)) } ?? .null),
            .init("man", .integer(manifest)),
            .init("scanner", .string(scanner)),
            .init("repeated", .bool(isRepeated)),
            .init(
                "flags",
                .array(decision.flags.map(\.rawValue).sorted().map { .string($0) })
            ),
        ]
        if let earlier = decision.earlier { members.append(.init("earlier", earlier.json)) }
        if let rehearsed = decision.rehearsed {
            // Its detail stands above, where the detail of every verdict stands.
            members.append(.init("rehearsed", .string(rehearsed.code.name)))
        }
        if !decision.halls.isEmpty {
            let halls = decision.halls.map { JSONValue.integer(Int64($0.number)) }
            members.append(.init("halls", .array(halls)))
        }
        if let fault { members.append(.init("fault", .string(fault))) }
        return .object(members)
    }
}

extension Uses.Last {
    fileprivate var json: JSONValue {
        .object([
            .init("dev", .string(device.text)),
            .init("gate", .integer(Int64(gate.number))),
            .init("lane", .integer(Int64(lane.number))),
            .init("t", .integer(time.milliseconds)),
            .init("confirmed", .bool(isConfirmed)),
        ])
    }
}

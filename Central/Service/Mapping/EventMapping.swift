import CentralStore
import ManifestFormat
import TicketModel
import VenueAPI

// Events between the wire and the store.

extension EventDetails {
    init(_ draft: EventAPI.Draft) throws(Problem) {
        self.init(
            name: draft.name,
            venue: draft.venue,
            starts: Timestamp(milliseconds: draft.starts),
            ends: Timestamp(milliseconds: draft.ends),
            policy: try GatePolicy(draft.policy),
            halls: draft.halls.map(HallDetails.init),
            gates: draft.gates.map(GateDetails.init),
            classes: draft.classes.map(ClassDetails.init),
            windows: draft.access.map(AccessWindow.init)
        )
    }

    /// Takes over the members that a patch names.
    mutating func apply(_ patch: EventAPI.Patch) throws(Problem) {
        if let name = patch.name { self.name = name }
        if let venue = patch.venue { self.venue = venue }
        if let starts = patch.starts { self.starts = Timestamp(milliseconds: starts) }
        if let ends = patch.ends { self.ends = Timestamp(milliseconds: ends) }
        if let policy = patch.policy { self.policy = try GatePolicy(policy) }
        if let halls = patch.halls { self.halls = halls.map(HallDetails.init) }
        if let gates = patch.gates { self.gates = gates.map(GateDetails.init) }
        if let classes = patch.classes { self.classes = classes.map(ClassDetails.init) }
        if let access = patch.access { windows = access.map(AccessWindow.init) }
        guard starts < ends else { throw .invalid("/ends", "is not after starts") }
    }
}

extension GatePolicy {
    init(_ policy: EventAPI.Policy) throws(Problem) {
        guard let unlisted = Unlisted(rawValue: policy.unlisted),
            let untrustedClock = UntrustedClock(rawValue: policy.untrustedClock),
            let isolated = Isolated(rawValue: policy.isolated)
        else { throw .invalid("/policy", "holds a word that is not known") }
        self.init(unlisted: unlisted, untrustedClock: untrustedClock, isolated: isolated)
    }
}

extension HallDetails {
    init(_ hall: EventAPI.Hall) {
        self.init(number: HallNumber(hall.number), name: hall.name)
    }
}

extension GateDetails {
    init(_ gate: EventAPI.Gate) {
        self.init(
            number: GateNumber(gate.number),
            hall: HallNumber(gate.hall),
            name: gate.name
        )
    }
}

extension ClassDetails {
    init(_ accessClass: EventAPI.AccessClass) {
        self.init(
            number: ClassNumber(accessClass.number),
            name: accessClass.name,
            usesMax: UInt16(clamping: accessClass.maxUses),
            reentry: accessClass.reentry,
            methods: Methods(words: accessClass.methods),
            checksID: accessClass.checkID
        )
    }
}

extension AccessWindow {
    init(_ access: EventAPI.Access) {
        self.init(
            accessClass: ClassNumber(access.accessClass),
            hall: HallNumber(access.hall),
            gate: GateNumber(access.gate),
            notBefore: access.from.map(Timestamp.init(milliseconds:)),
            expires: access.until.map(Timestamp.init(milliseconds:))
        )
    }
}

extension Methods {
    private static let inOrder: [Methods] = [
        .live, .preissued, .paper, .holder, .wallet, .ownCode, .imported,
    ]

    /// Reads the words of ``EventAPI/methodNames``.
    init(words: [String]) {
        self = zip(Self.inOrder, EventAPI.methodNames).reduce(into: []) { methods, named in
            if words.contains(named.1) { methods.insert(named.0) }
        }
    }

    var words: [String] {
        zip(Self.inOrder, EventAPI.methodNames).filter { contains($0.0) }.map(\.1)
    }
}

extension EventAPI.Event {
    init(_ event: StoredEvent) {
        let details = event.details
        self.init(
            id: event.id.hex,
            draft: EventAPI.Draft(
                name: details.name,
                venue: details.venue,
                starts: details.starts.milliseconds,
                ends: details.ends.milliseconds,
                halls: details.halls.map { .init(number: $0.number.number, name: $0.name) },
                gates: details.gates.map {
                    .init(number: $0.number.number, hall: $0.hall.number, name: $0.name)
                },
                classes: details.classes.map(EventAPI.AccessClass.init),
                access: details.windows.map(EventAPI.Access.init),
                policy: EventAPI.Policy(
                    unlisted: details.policy.unlisted.rawValue,
                    untrustedClock: details.policy.untrustedClock.rawValue,
                    isolated: details.policy.isolated.rawValue
                )
            ),
            revision: event.summary.revision,
            manifest: event.summary.manifestVersion,
            created: event.summary.created.milliseconds,
            keys: event.summary.awaitsSignature ? "await-signature" : "in-force"
        )
    }
}

extension EventAPI.AccessClass {
    init(_ details: ClassDetails) {
        self.init(
            number: details.number.number,
            name: details.name,
            methods: details.methods.words,
            maxUses: Int(details.usesMax),
            reentry: details.reentry,
            checkID: details.checksID
        )
    }
}

extension EventAPI.Access {
    init(_ window: AccessWindow) {
        self.init(
            accessClass: window.accessClass.number,
            hall: window.hall.number,
            gate: window.gate.number,
            from: window.notBefore?.milliseconds,
            until: window.expires?.milliseconds
        )
    }
}

extension EventAPI.Summary {
    init(_ summary: EventSummary) {
        self.init(
            id: summary.id.hex,
            name: summary.name,
            venue: summary.venue,
            starts: summary.starts.milliseconds,
            ends: summary.ends.milliseconds,
            revision: summary.revision,
            manifest: summary.manifestVersion,
            created: summary.created.milliseconds
        )
    }
}

import CentralService
import Foundation
import TrustFormat
import VenueAPI

/// One value of every wire type, for holding the document to the types.
enum Samples {
    struct Sample {
        /// Names of the members that the value has as JSON.
        let names: Set<String>

        init(_ value: some Encodable) {
            let object = try? JSONSerialization.jsonObject(with: Data(WireJSON.encode(value)))
            names = Set((object as? [String: Any])?.keys.map(\.self) ?? [])
        }

        init(names: Set<String>) { self.names = names }
    }

    static let notTypes: Set = [
        "ID", "Time", "Nothing", "Methods", "TicketStatus", "Health", "EventPage", "TicketPage",
        "KeyPage", "GatePage", "EnvelopeSignature", "EventPatch",
    ]

    private static let envelope = EnvelopeBodySample.value
    private static let tally = AttendanceAPI.Tally(
        scanned: 1,
        admitted: 1,
        passed: 1,
        abandoned: 0,
        undone: 0,
        disputed: 0,
        exited: 0,
        forced: 0,
        freeFlow: 0,
        unauthorised: 0
    )
    private static let admission = AttendanceAPI.Admission(
        device: "G7K2M9",
        epoch: 1,
        seq: 1,
        time: 1,
        uncertainty: 1,
        hall: 1,
        gate: 1,
        lane: 1,
        form: 1,
        flags: []
    )
    private static let ticket = ticket(nil)

    private static func ticket(_ optional: Int64?) -> TicketAPI.Ticket {
        TicketAPI.Ticket(
            id: "",
            event: "",
            accessClass: 1,
            status: "",
            generation: 0,
            reference: optional.map { "\($0)" },
            seat: optional.map { "\($0)" },
            validFrom: optional,
            validUntil: optional,
            maxUses: 1,
            reentry: false,
            methods: [],
            checkID: false,
            holder: optional.map { "\($0)" },
            packUntil: optional,
            issued: 0
        )
    }

    private static let pack = PackAPI.Pack(
        event: "",
        ticket: "",
        generation: 0,
        head: "",
        step: 60,
        count: 1,
        signatures: "",
        starts: 1,
        ends: 1,
        serverTime: 1
    )
    private static let bound = PackAPI.Bound(
        event: "",
        ticket: "",
        generation: 0,
        holder: "",
        head: "",
        credential: "",
        ends: 1,
        serverTime: 1
    )

    private static func barcodeImport(tickets: [String]?) -> BarcodeAPI.Import {
        BarcodeAPI.Import(
            number: 1,
            created: 1,
            accessClass: 1,
            fold: "none",
            slow: false,
            codes: 1,
            hashed: 1,
            warnings: [],
            tickets: tickets
        )
    }

    private static func holderTicket(_ optional: String?) -> HolderAPI.Ticket {
        HolderAPI.Ticket(
            event: "",
            ticket: "",
            generation: 0,
            state: "",
            message: optional,
            holder: optional,
            packs: true,
            binding: "",
            serverTime: 1
        )
    }

    private static func draft() -> TicketAPI.Draft {
        var draft = TicketAPI.Draft(accessClass: 1, reference: "r", seat: "s", status: "valid")
        draft.validFrom = 1
        draft.validUntil = 2
        draft.maxUses = 1
        draft.reentry = true
        draft.methods = ["live"]
        draft.checkID = true
        return draft
    }

    private static let event = event(keys: nil)

    private static func event(keys: String?) -> EventAPI.Event {
        EventAPI.Event(
            id: "",
            draft: House.draft(),
            revision: 1,
            manifest: 1,
            created: 1,
            keys: keys
        )
    }
    private static let report = AttendanceAPI.Report(
        event: "",
        name: "",
        sold: 0,
        attended: 0,
        total: tally,
        halls: [],
        gates: [],
        classes: [],
        minutes: [],
        refusals: [],
        conflicts: [],
        unknownTickets: [],
        logs: [],
        silentDevices: []
    )

    /// With every member set.
    static let full: [String: Sample] = [
        "Hall": Sample(EventAPI.Hall(number: 1, name: "")),
        "Gate": Sample(EventAPI.Gate(number: 1, hall: 1, name: "")),
        "AccessClass": Sample(EventAPI.AccessClass(number: 1, name: "")),
        "Access": Sample(EventAPI.Access(accessClass: 1, hall: 1, from: 1, until: 2)),
        "Policy": Sample(EventAPI.Policy()),
        "EventDraft": Sample(House.draft()),
        "Event": Sample(event(keys: "")),
        "EventSummary": Sample(
            EventAPI.Summary(
                id: "",
                name: "",
                venue: "",
                starts: 1,
                ends: 1,
                revision: 1,
                manifest: 1,
                created: 1
            )
        ),
        "TicketDraft": Sample(draft()),
        "Issued": Sample(
            TicketAPI.Issued(
                id: "",
                reference: "",
                generation: 0,
                code: "",
                paper: "",
                link: ""
            )
        ),
        "IssuedList": Sample(TicketAPI.IssuedList(tickets: [])),
        "Ticket": Sample(ticket(1)),
        "Reason": Sample(TicketAPI.Reason(reason: "")),
        "Token": Sample(TicketAPI.Token(ticket: "", token: "", starts: 1, ends: 1)),
        "HolderCode": Sample(
            HolderAPI.Code(
                state: "",
                message: "",
                token: "",
                svg: "",
                starts: 1,
                ends: 1,
                serverTime: 1
            )
        ),
        "HolderTicket": Sample(holderTicket("")),
        "PackDraft": Sample(PackAPI.Draft(device: "", from: 1, minutes: 1, takeOver: true)),
        "Pack": Sample(pack),
        "Binding": Sample(PackAPI.Binding(device: "", holder: "", pop: "", takeOver: true)),
        "Bound": Sample(bound),
        "Barcode": Sample(
            BarcodeAPI.Item(code: "", accessClass: 1, reference: "", seat: "")
        ),
        "BarcodeDraft": Sample(BarcodeAPI.Draft(accessClass: 1, codes: [])),
        "BarcodeImport": Sample(barcodeImport(tickets: [])),
        "BarcodeImportList": Sample(BarcodeAPI.ImportList(imports: [])),
        "SpareDraft": Sample(TicketAPI.SpareDraft(count: 1, accessClass: 1)),
        "Assignment": Sample(
            TicketAPI.Assignment(
                ticket: "",
                accessClass: 1,
                reference: "",
                seat: "",
                status: "valid",
                reason: ""
            )
        ),
        "Pass": Sample(TicketAPI.Pass(ticket: "", generation: 0, paper: "", totpKey: "")),
        "KeyDraft": Sample(AdminAPI.KeyDraft(name: "", scopes: [])),
        "NewKey": Sample(AdminAPI.NewKey(id: "", name: "", scopes: [], apiKey: "")),
        "Key": Sample(
            AdminAPI.Key(id: "", name: "", scopes: [], device: "", created: 1, revoked: 1)
        ),
        "GateDraft": Sample(AdminAPI.GateDraft(name: "", hall: 1, gate: 1)),
        "NewGate": Sample(AdminAPI.NewGate(device: "", name: "", hall: 1, gate: 1, apiKey: "")),
        "Device": Sample(
            AdminAPI.Gate(
                device: "",
                name: "",
                hall: 1,
                gate: 1,
                epoch: 1,
                revoked: false,
                quarantined: false
            )
        ),
        "Manifest": Sample(
            AdminAPI.Manifest(
                event: "",
                version: 1,
                created: 1,
                size: 1,
                tickets: 1,
                codes: 1,
                metadata: envelope
            )
        ),
        "Envelope": Sample(envelope),
        "Enrolment": Sample(GateAPI.Enrolment(sign: "", box: "", nonce: "", pop: "")),
        "Enrolled": Sample(
            GateAPI.Enrolled(statement: envelope, trust: envelope, receipt: envelope)
        ),
        "SealedSecrets": Sample(GateAPI.SealedSecrets(barcodeKey: "", walletKey: "")),
        "Specimens": Sample(EventAPI.Specimens(items: [])),
        "Specimen": Sample(EventAPI.Specimen(id: "", kind: "", expected: "", code: "")),
        "TimeRequest": Sample(GateAPI.TimeRequest(nonce: "", event: "")),
        "Tally": Sample(tally),
        "TallyGroup": Sample(AttendanceAPI.Group(number: 1, name: "", tally: tally)),
        "TallyMinute": Sample(AttendanceAPI.Minute(start: 1, tally: tally)),
        "Refusals": Sample(AttendanceAPI.Refusals(verdict: "", detail: "", count: 1)),
        "Admission": Sample(admission),
        "Conflict": Sample(
            AttendanceAPI.Conflict(
                ticket: "",
                primary: admission,
                later: admission,
                gapSeconds: 1,
                uncertain: false,
                disputed: false
            )
        ),
        "UnknownTicket": Sample(AttendanceAPI.UnknownTicket(ticket: "", kind: "", scans: 1)),
        "LogGap": Sample(AttendanceAPI.Log.Gap(first: 1, last: 1)),
        "DeviceLog": Sample(
            AttendanceAPI.Log(
                device: "",
                epoch: 1,
                records: 1,
                next: 1,
                gaps: [],
                fork: 1,
                lastHeard: 1,
                corrected: 1
            )
        ),
        "Attendance": Sample(report),
        "Problem": Sample(
            ProblemDetails(
                type: "",
                title: "",
                status: 400,
                detail: "",
                errors: [.init(pointer: "", detail: "")],
                expected: 1
            )
        ),
        "InvalidMember": Sample(ProblemDetails.InvalidMember(pointer: "", detail: "")),
        "SigningKey": Sample(KeySamples.key(1)),
        "SigningKeyTrust": Sample(KeySamples.trust(1)),
        "SigningKeyList": Sample(SigningKeyAPI.List(keys: [], trust: KeySamples.trust(1))),
        "KeyRotation": Sample(
            SigningKeyAPI.Rotation(role: "", event: "", overlapSeconds: 1, reserve: true)
        ),
        "SigningKeyChange": Sample(KeySamples.change(1)),
    ]

    /// With nothing set that may be missing: what the document has to call required.
    static let sparse: [String: Sample] = [
        "TicketDraft": Sample(TicketAPI.Draft(accessClass: 1)),
        "Ticket": Sample(ticket),
        "Issued": Sample(
            TicketAPI.Issued(
                id: "",
                reference: nil,
                generation: 0,
                code: "",
                paper: "",
                link: ""
            )
        ),
        "HolderCode": Sample(HolderAPI.Code(state: "", serverTime: 1)),
        "HolderTicket": Sample(holderTicket(nil)),
        "PackDraft": Sample(PackAPI.Draft(device: "")),
        "Barcode": Sample(BarcodeAPI.Item(code: "")),
        "BarcodeImport": Sample(barcodeImport(tickets: nil)),
        "Binding": Sample(PackAPI.Binding(device: "", holder: "", pop: "")),
        "SpareDraft": Sample(TicketAPI.SpareDraft(count: 1)),
        "Key": Sample(
            AdminAPI.Key(id: "", name: "", scopes: [], device: nil, created: 1, revoked: nil)
        ),
        "Device": Sample(
            AdminAPI.Gate(
                device: "",
                name: "",
                hall: 1,
                gate: 1,
                epoch: nil,
                revoked: false,
                quarantined: false
            )
        ),
        "Event": Sample(event),
        "Token": Sample(TicketAPI.Token(ticket: "", token: "", starts: 1, ends: 1)),
        "Tally": Sample(tally),
        "Attendance": Sample(report),
        "Problem": Sample(ProblemDetails(type: "", title: "", status: 400)),
        "SigningKey": Sample(KeySamples.key(nil)),
        "SigningKeyTrust": Sample(KeySamples.trust(nil)),
        "SigningKeyChange": Sample(KeySamples.change(nil)),
    ]

    /// How the server reads the body of each operation that has an example.
    static let requests: [String: @Sendable ([UInt8]) throws -> Void] = [
        "POST /v1/events": { _ = try WireJSON.decode(EventAPI.Draft.self, from: $0) },
        "PATCH /v1/events/{event}": { _ = try WireJSON.decode(EventAPI.Patch.self, from: $0) },
        "POST /v1/events/{event}/tickets": {
            _ = try WireJSON.decode([TicketAPI.Draft].self, from: $0)
        },
        "POST /v1/events/{event}/manifest": {
            _ = try WireJSON.decode([String: String].self, from: $0)
        },
        "POST /v1/tickets/{ticket}/pack": { _ = try WireJSON.decode(PackAPI.Draft.self, from: $0) },
        "POST /v1/tickets/{ticket}/holder": {
            _ = try WireJSON.decode(PackAPI.Binding.self, from: $0)
        },
        "POST /t/{link}/pack": { _ = try WireJSON.decode(PackAPI.Draft.self, from: $0) },
        "POST /t/{link}/holder": { _ = try WireJSON.decode(PackAPI.Binding.self, from: $0) },
        "POST /v1/events/{event}/barcodes": {
            _ = try WireJSON.decode(BarcodeAPI.Draft.self, from: $0)
        },
        "POST /v1/events/{event}/spares": {
            _ = try WireJSON.decode(TicketAPI.SpareDraft.self, from: $0)
        },
        "POST /v1/tickets/{ticket}/assign": {
            _ = try WireJSON.decode(TicketAPI.Assignment.self, from: $0)
        },
        "POST /v1/keys": { _ = try WireJSON.decode(AdminAPI.KeyDraft.self, from: $0) },
        "POST /v1/signing-keys/rotate": {
            _ = try WireJSON.decode(SigningKeyAPI.Rotation.self, from: $0)
        },
        "POST /v1/gates": { _ = try WireJSON.decode(AdminAPI.GateDraft.self, from: $0) },
        "POST /v1/gate/enrol": { _ = try WireJSON.decode(GateAPI.Enrolment.self, from: $0) },
        "POST /v1/time": { _ = try WireJSON.decode(GateAPI.TimeRequest.self, from: $0) },
    ]
}

private enum KeySamples {
    /// - Parameter optional: stands in every member that may be missing.
    static func key(_ optional: Int64?) -> SigningKeyAPI.Key {
        SigningKeyAPI.Key(
            kid: "",
            pub: "",
            role: "",
            event: optional.map { "\($0)" },
            nbf: 1,
            exp: 1,
            revoked: optional,
            listed: optional,
            signsFrom: optional,
            standing: ""
        )
    }

    static func trust(_ optional: Int64?) -> SigningKeyAPI.Trust {
        SigningKeyAPI.Trust(
            version: 0,
            expires: optional,
            root: "",
            threshold: 1,
            rootFingerprint: "",
            pending: []
        )
    }

    static func change(_ optional: Int64?) -> SigningKeyAPI.Change {
        SigningKeyAPI.Change(
            key: key(optional),
            signing: optional.map { "\($0)" },
            trust: optional,
            awaitsSignature: false
        )
    }
}

private enum EnvelopeBodySample {
    static let value = EnvelopeBody(
        .init(payloadType: "", payload: [], signatures: [])
    )
}

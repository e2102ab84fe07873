import CentralStore
import EntryLogFormat
import ManifestFormat
import Reconciliation
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat

@Suite("What admissions show for themselves")
struct EvidenceTests {
    /// A concert, a gate, and what the first ticket can be shown with.
    private struct Door {
        let central: CentralData
        let event: EventID
        let tickets: [IssuedTicket]
        var gate: PaperGate

        static func open(_ central: CentralData) async throws -> Door {
            let (event, tickets) = try await central.concert(tickets: 2)
            let gate = try await PaperGate.enrolled(at: central)
            return Door(central: central, event: event, tickets: tickets, gate: gate)
        }

        var ticket: StoredTicket { tickets[0].ticket }

        func seal(_ bytes: [UInt8]) -> [UInt8] { central.keys.logBox.publicKey.seal(bytes) }

        mutating func admit(
            _ form: CodeForm,
            _ evidence: [UInt8],
            _ ticket: TicketID? = nil
        ) async throws {
            let scan = PaperGate.admission(
                ticket ?? self.ticket.id,
                evidence: evidence,
                form: form
            )
            let record = try gate.write(.scan(scan), event: event, at: noon + 1)
            _ = try await central.logs.ingest(upload([record]), at: noon + 2)
        }

        /// How many of the admissions so far central believes, and how many not.
        func count() async throws -> (admitted: Int, disputed: Int) {
            // Both ways to look: for this report alone, and for good.
            let alone = try await central.logs.attendance(of: event, auditingFirst: false).total
            let total = try await central.logs.attendance(of: event).total
            #expect(alone == total)
            return (total.admitted, total.disputed)
        }
    }

    @Test("a PAPER token, a printed code and a wallet code are opened and checked")
    func sealed() async throws {
        try await withCentral { central in
            var door = try await Door.open(central)
            let own = try await central.tickets.credentials(of: door.ticket)
            let other = try await central.tickets.credentials(of: door.tickets[1].ticket)
            let walletKey = try await central.keys.walletKey(door.event)
            func wallet(_ token: SignedToken, key: [UInt8]) throws -> [UInt8] {
                let time = UInt64((noon + 1).milliseconds / 1000)
                let text = WalletCode.text(paper: token, time: time, walletKey: key)
                return Array(try #require(text).utf8)
            }
            try await door.admit(.paper, door.seal(own.paper.bytes))
            try await door.admit(.ownCode, door.seal(Array(own.ownCode.text.utf8)))
            try await door.admit(.wallet, door.seal(try wallet(own.paper, key: walletKey)))
            #expect(try await door.count() == (3, 0))
            var altered = own.paper.bytes
            altered[93] ^= 1
            let wrongKey = [UInt8](repeating: 7, count: 32)
            let foreign = try #require(BoxKey(seed: Sodium.randomBytes(32))).publicKey
            let bad: [(CodeForm, [UInt8])] = [
                (.paper, []), (.paper, own.paper.bytes), (.paper, door.seal(altered)),
                (.paper, door.seal(other.paper.bytes)),
                (.paper, foreign.seal(own.paper.bytes)),
                (.ownCode, []), (.ownCode, door.seal(Array(other.ownCode.text.utf8))),
                (.ownCode, door.seal(Array("X0000000000000000".utf8))),
                (.wallet, door.seal(own.paper.bytes)),
                (.wallet, door.seal(try wallet(own.paper, key: wrongKey))),
                (.wallet, door.seal(try wallet(other.paper, key: walletKey))),
                // A genuine code of one form proves nothing about another.
                (.live, own.paper.bytes), (.imported, door.seal(own.paper.bytes)),
            ]
            for (form, evidence) in bad { try await door.admit(form, evidence) }
            #expect(try await door.count() == (3, bad.count))
        }
    }

    @Test("what a phone signed itself is checked with the key it had then, replaced or not")
    func holders() async throws {
        try await withCentral { central in
            var door = try await Door.open(central)
            let event = door.event
            let time = try #require((noon + 1).tokenSeconds)
            var shown: [(CodeForm, [UInt8])] = []
            for (index, tag) in [blackPhone, redPhone].enumerated() {
                let key = try #require(SigningKey(seed: Sodium.randomBytes(32)))
                let ticket = try await central.tickets.ticket(door.ticket.id)
                let bound = try await central.tickets.bind(
                    ticket.id,
                    HolderBinding(
                        device: try #require(tag),
                        holder: key.publicKey,
                        proof: key.signature(
                            over: HolderBinding.message(
                                event: event,
                                ticket: ticket.id,
                                generation: ticket.generation,
                                holder: key.publicKey
                            )
                        ),
                        mayMove: true,
                        isByLink: true
                    ),
                    by: nil,
                    at: noon + index
                )
                let credential = try #require(HolderCredential(bytes: bound.credential))
                shown.append(
                    (
                        .holderFull,
                        credential.presented(at: time, event: event, key: key).bytes
                    )
                )
                let cred = try await central.keys.eventKeys(event).cred.publicKey
                let fields = TokenFields(
                    shownBy: key.publicKey,
                    keyID: cred.keyID,
                    ticket: ticket.id,
                    shown: time,
                    generation: bound.ticket.generation
                )
                let token = SignedToken(try #require(fields), event: event, key: key)
                shown.append((.holder, token.bytes))
            }
            for (form, bytes) in shown { try await door.admit(form, bytes) }
            #expect(try await door.count() == (4, 0))
            for (form, bytes) in shown {
                var altered = bytes
                altered[altered.count - 1] ^= 1
                try await door.admit(form, altered)
                try await door.admit(form, bytes, door.tickets[1].ticket.id)
            }
            #expect(try await door.count() == (4, 8))
        }
    }
}

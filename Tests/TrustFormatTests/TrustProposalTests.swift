import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel
import TrustFormat

@Suite("Trust lists on their way to offline roots")
struct TrustProposalTests {
    private let roots = ["root 1", "root 2", "root 3"].map { Fixed.key($0) }

    private func list(
        _ version: Int64,
        roots: [SigningKey]? = nil,
        keys: [TrustedKey] = [],
        devices: [RevokedDevice] = []
    ) throws -> TrustList {
        let box = try #require(BoxPublicKey(bytes: [UInt8](repeating: 9, count: 32)))
        return TrustList(
            version: version,
            issued: Timestamp(milliseconds: 1000),
            expires: Timestamp(milliseconds: 9000),
            threshold: 2,
            roots: (roots ?? self.roots).map(\.publicKey),
            keys: keys,
            logBox: box,
            revokedDevices: devices
        )
    }

    private func key(revoked: Int64? = nil, expires: Int64 = 8000) -> TrustedKey {
        TrustedKey(
            key: Fixed.key("live").publicKey,
            role: .live,
            event: Fixed.event("event"),
            notBefore: Timestamp(milliseconds: 1000),
            expires: Timestamp(milliseconds: expires),
            revoked: revoked.map { Timestamp(milliseconds: $0) }
        )
    }

    private func signed(_ list: TrustList, by keys: [SigningKey]) -> Envelope {
        Envelope(.trust, payload: list.payload, signedBy: keys)
    }

    @Test("signatures are gathered one by one, and the file says how many are missing")
    func gathering() throws {
        let current = signed(try list(7), by: Array(roots[0...1]))
        let heirs = [Fixed.key("heir 1"), Fixed.key("heir 2")]
        let next = signed(try list(8, roots: heirs), by: [])
        var proposal = try TrustProposal(current: current, next: next)
        #expect(proposal.missing == (2, 2))
        for key in [roots[2], heirs[0], heirs[0]] { try proposal.sign(with: key) }
        #expect(proposal.missing == (1, 1))
        proposal = try TrustProposal(text: proposal.text)
        for key in [roots[0], heirs[1]] { try proposal.sign(with: key) }
        #expect(proposal.missing == (0, 0))
        let held = try TrustList(selfSigned: current)
        #expect(try TrustList(proposal.nextEnvelope, after: held) == proposal.next)
    }

    @Test("a stranger cannot sign, and a list in force that nobody signed is not shown as one")
    func strangers() throws {
        let next = signed(try list(8), by: [])
        var proposal = try TrustProposal(current: nil, next: next)
        #expect(throws: TrustProposal.Fault.notARoot) {
            try proposal.sign(with: Fixed.key("stranger"))
        }
        #expect(throws: TrustProposal.Fault.currentNotSigned) {
            try TrustProposal(current: signed(try list(7), by: [roots[0]]), next: next)
        }
        #expect(throws: TrustProposal.Fault.versionNotAbove) {
            try TrustProposal(current: signed(try list(8), by: roots), next: next)
        }
    }

    @Test("other texts are refused, and so is every text that is cut short")
    func damage() throws {
        let current = signed(try list(7), by: roots)
        let text = try TrustProposal(current: current, next: signed(try list(8), by: [])).text
        for length in stride(from: 0, to: text.count - 1, by: 37) {
            #expect(throws: TrustProposal.Fault.self) {
                try TrustProposal(text: Array(text.prefix(length)))
            }
        }
        #expect(throws: TrustProposal.Fault.notAProposal) {
            try TrustProposal(text: text + Array("more\n".utf8))
        }
    }

    @Test("a signer is told what is added, revoked and dropped")
    func words() throws {
        let device = RevokedDevice(
            device: try #require(DeviceName("G7K2M9")),
            since: Timestamp(milliseconds: 2000)
        )
        let changes = TrustChange.changes(
            from: try list(7, keys: [key()]),
            to: try list(8, keys: [key(revoked: 3000)], devices: [device])
        )
        #expect(
            changes == [
                .key(key(revoked: 3000), .revoked(.init(milliseconds: 3000))),
                .deviceRevoked(device),
            ]
        )
        #expect(changes.allSatisfy { !$0.isWeakening })
        #expect(changes[0].description.contains("is REVOKED from 1970-01-01 00:00 UTC"))
        let dropped = TrustChange.changes(from: try list(7, keys: [key()]), to: try list(8))
        #expect(dropped == [.key(key(), .removed)])
        let ended = TrustChange.changes(
            from: try list(7, keys: [key(expires: 1000)]),
            to: try list(8)
        )
        #expect(ended == [])
    }

    @Test("a list that takes back a revocation is marked as what no honest one does")
    func weakening() throws {
        let device = RevokedDevice(
            device: try #require(DeviceName("G7K2M9")),
            since: Timestamp(milliseconds: 2000)
        )
        let changes = TrustChange.changes(
            from: try list(7, keys: [key(revoked: 3000)], devices: [device]),
            to: try list(8, keys: [key(revoked: 4000)])
        )
        #expect(changes.count == 2 && changes.allSatisfy(\.isWeakening))
    }

    @Test("instants are written as people read them")
    func dates() {
        let known: [(Int64, String)] = [
            (0, "1970-01-01 00:00 UTC"), (951_782_400_000, "2000-02-29 00:00 UTC"),
            (1_798_761_612_345, "2027-01-01 00:00 UTC"), (-1, "1969-12-31 23:59 UTC"),
            (4_107_542_399_000, "2100-02-28 23:59 UTC"),
        ]
        for (milliseconds, text) in known {
            #expect(TrustChange.date(Timestamp(milliseconds: milliseconds)) == text)
        }
    }
}

import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel
import TrustFormat

@Suite("Trust lists")
struct TrustListTests {
    let file: JSONValue
    let rootHash: [UInt8]
    let current: TrustList

    init() throws {
        file = try VectorFolder.readOwn("trust-lists.json")
        rootHash = try file.hex("root_hash")
        let envelope = try Envelope(json: try #require(file["current"]).encoded)
        current = try TrustList(envelope, pinnedTo: rootHash)
    }

    private func error(_ read: () throws(EnvelopeError) -> TrustList) -> String {
        do throws(EnvelopeError) {
            _ = try read()
            return ""
        } catch { return error.vectorName }
    }

    @Test("a device that knows only the roots' fingerprint believes what they signed, else nothing")
    func first() throws {
        for vector in try file.list("first") {
            let envelope = try Envelope(json: try #require(vector["envelope"]).encoded)
            let found = error { () throws(EnvelopeError) in
                try TrustList(envelope, pinnedTo: rootHash)
            }
            #expect(found == (try vector.text("error")), "\(vector.label)")
        }
    }

    @Test("the next list needs the old roots, and new roots need both")
    func next() throws {
        for vector in try file.list("next") {
            let envelope = try Envelope(json: try #require(vector["envelope"]).encoded)
            let found = error { () throws(EnvelopeError) in
                try TrustList(envelope, after: current)
            }
            #expect(found == (try vector.text("error")), "\(vector.label)")
        }
    }

    @Test("a list is read as it was written")
    func roundTrip() throws {
        #expect(current.version == 7)
        #expect(current.threshold == 2)
        #expect(current.keys.count == 4)
        #expect(current.revokedDevices.map(\.device.text) == ["G7K2M9"])
        let envelope = Envelope(
            .trust,
            payload: current.payload,
            signedBy: [Fixed.key("root 1"), Fixed.key("root 3")]
        )
        #expect(try TrustList(envelope, pinnedTo: rootHash) == current)
    }

    @Test("a key is found by its short name, and only keys of its role that are valid are offered")
    func keys() throws {
        let live = Fixed.key("live").publicKey
        #expect(current.key(live.keyID)?.role == .live)
        #expect(current.key(KeyID(0)) == nil)
        let inside = Timestamp(milliseconds: 1_798_500_000_000)
        #expect(current.keys(for: .live, at: inside) == [live])
        #expect(current.keys(for: .fresh, at: inside).isEmpty)
        #expect(current.keys(for: .receipt, at: inside) == [Fixed.key("receipt").publicKey])
        let revoked = Timestamp(milliseconds: 1_798_600_000_000)
        #expect(current.keys(for: .receipt, at: revoked).isEmpty)
    }

    @Test("a key is usable from its first instant up to, not at, its last")
    func keyDates() {
        func key(_ role: KeyRole, revoked: Int64?) -> TrustedKey {
            TrustedKey(
                key: Fixed.key("live").publicKey,
                role: role,
                event: nil,
                notBefore: Timestamp(milliseconds: 1000),
                expires: Timestamp(milliseconds: 2000),
                revoked: revoked.map { Timestamp(milliseconds: $0) }
            )
        }
        func usable(_ key: TrustedKey) -> [Bool] {
            [999, 1000, 1499, 1500, 1999, 2000].map {
                key.isUsable(at: Timestamp(milliseconds: $0))
            }
        }
        #expect(usable(key(.live, revoked: nil)) == [false, true, true, true, true, false])
        #expect(usable(key(.live, revoked: 1500)) == [false, true, true, false, false, false])
        // Who held a stolen PAPER or cred key may have dated at will.
        let never = [Bool](repeating: false, count: 6)
        #expect(usable(key(.paper, revoked: 1500)) == never)
        #expect(usable(key(.cred, revoked: 1500)) == never)
    }
}

import CentralStore
import Encodings
import Foundation
import Platform
import Sodium
import TestSupport
import Testing
import TicketModel
import TokenFormat

@Suite("Keys change while a gate runs", .timeLimit(.minutes(2)), .serialized)
struct RunningKeyTests {
    private func keys(_ house: House) async throws -> EventKeys {
        try await house.central { central in
            try await central.keys.eventKeys(house.event, at: SystemClock.now())
        }
    }

    @Test("the live key rotates: every guest gets in, before, during and after")
    func rotation() async throws {
        let house = try await House(tickets: 40)
        try await house.open()
        let old = try await keys(house).liveID
        try done(
            await stileCentral(
                "keys",
                "rotate",
                "--data",
                house.data,
                "--role",
                "live",
                "--event",
                house.event.hex,
                "--overlap",
                "3"
            )
        )
        var signers: Set<KeyID> = []
        try await house.central { central in
            for number in 1..<40 {
                let token = try await house.token(number, from: central)
                signers.insert(token.fields.keyID)
                #expect(
                    try await house.scan(Array(token.text.utf8)) == "SUCCESS",
                    "guest \(number)"
                )
                try await Task.sleep(for: .milliseconds(150))
            }
        }
        #expect(signers.count == 2 && signers.contains(old))
        try house.close()
    }

    @Test("a stolen live key is revoked: its new codes are refused, guests' codes are not")
    func theft() async throws {
        let house = try await House(tickets: 80)
        try await house.open()
        try done(
            await stileCentral(
                "keys",
                "rotate",
                "--data",
                house.data,
                "--role",
                "live",
                "--event",
                house.event.hex,
                "--reserve"
            )
        )
        // The reserve is in the hands of the gate once it has asked for the list, within seconds.
        try await Task.sleep(for: .seconds(3))
        let stolen = try await keys(house)
        let early = try await house.central { try await house.code(1, from: $0) }
        try done(
            await stileCentral(
                "keys",
                "revoke",
                "--data",
                house.data,
                Hex.encode(stolen.liveID.bytes)
            )
        )
        let revoked = ContinuousClock.now
        // A guest who comes now has a code of the reserve.
        let guest = try await house.central { try await house.token(2, from: $0) }
        #expect(guest.fields.keyID != stolen.liveID)
        #expect(try await house.scan(Array(guest.text.utf8)) == "SUCCESS")
        var number = 3
        var passed = 0
        while true {
            try await Task.sleep(for: .milliseconds(100))
            let verdict = try await house.scan(forged(house, number, stolen))
            if verdict == "BAD_SIGNATURE" { break }
            #expect(verdict == "SUCCESS")
            passed += 1
            number += 1
            try #require(number < 79, "the gate never learns it")
        }
        let took = ContinuousClock.now - revoked
        print("a connected gate refuses the revoked key after \(took), \(passed) forgeries before")
        #expect(took < .seconds(4))
        for _ in 0..<3 {
            number += 1
            #expect(try await house.scan(forged(house, number, stolen)) == "BAD_SIGNATURE")
        }
        // What the key signed before the theft was honest.
        #expect(try await house.scan(early) == "SUCCESS")
        try house.close()
    }

    /// A code as the thief makes it, dated now.
    private func forged(_ house: House, _ number: Int, _ keys: EventKeys) throws -> [UInt8] {
        let fields = TokenFields(
            type: .live,
            keyID: keys.liveID,
            ticket: house.tickets[number].id,
            start: try #require(SystemClock.now().tokenSeconds),
            life: .minute,
            generation: Generation(0),
            accessClass: ClassNumber(1)
        )
        let token = SignedToken(try #require(fields), event: house.event, key: keys.live)
        return Array(token.text.utf8)
    }
}

import CentralStore
import Encodings
import Foundation
import ManifestFormat
import Sodium
import Testing
import TicketModel

@Suite("Another master key")
struct MasterKeyTests {
    @Test("everything that was sealed opens with the new one, imported barcodes too")
    func change() async throws {
        try await withFolder { folder in
            _ = try await CentralData.initialise(directory: folder, at: noon)
            var central = try await CentralData.open(directory: folder, at: noon)
            let (event, tickets) = try await central.concert(tickets: 1)
            let cells = ["1042", "2175", "3391"].enumerated().map { index, text in
                BarcodeCell(line: index + 1, pointer: "/\(index)", text: text, isNumber: false)
            }
            _ = try await central.barcodes.add(
                cells,
                accessClass: ClassNumber(1),
                fold: .none,
                event: event,
                by: nil,
                at: noon
            )
            let before = try await central.keys.eventKeys(event, at: noon)
            let issued = try #require(tickets.first)
            try central.close()

            let outcome = try await MasterKeyChange.run(
                directory: folder,
                old: nil,
                newKeyFile: "\(folder)/new.key",
                at: noon
            )
            #expect(outcome.replacedFile)
            central = try await CentralData.open(directory: folder, at: noon)
            let after = try await central.keys.eventKeys(event, at: noon)
            #expect(after.live.seed == before.live.seed)
            #expect(after.barcodeKey == before.barcodeKey)
            let credentials = try await central.tickets.credentials(of: issued.ticket)
            #expect(credentials == issued.credentials)
            // Slow hashes are made of what was sealed under the old key.
            #expect(try await central.barcodes.hashWaiting() == 3)
            try central.close()
        }
    }

    @Test("the key that is in use is no new one, and a file that holds none is refused")
    func refusals() async throws {
        try await withFolder { folder in
            _ = try await CentralData.initialise(directory: folder, at: noon)
            await #expect(throws: StoreError.self) {
                try await MasterKeyChange.run(
                    directory: folder,
                    old: nil,
                    newKeyFile: "\(folder)/\(MasterKey.fileName)",
                    at: noon
                )
            }
            let bad = "\(folder)/bad"
            try "no key".write(toFile: bad, atomically: true, encoding: .utf8)
            await #expect(throws: StoreError.wrongMasterKey) {
                try await MasterKeyChange.run(
                    directory: folder,
                    old: nil,
                    newKeyFile: bad,
                    at: noon
                )
            }
            let central = try await CentralData.open(directory: folder, at: noon)
            try central.close()
        }
    }
}

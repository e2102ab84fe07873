import CSodium
import Sodium
import TestSupport
import TicketModel
import TokenFormat

/// Signing and verifying tokens from and to their text, beside bare Ed25519 over the same bytes.
enum TokenBench {
    private static let count = 4000
    private static let rounds = 5

    static func run(_ table: inout Table) throws {
        let venue = try TestVenue()
        let fields = (0..<count).compactMap { number in
            TokenFields(
                type: .live,
                keyID: venue.live.publicKey.keyID,
                ticket: venue.ticket(number),
                start: 1_760_000_000,
                life: .minute,
                generation: Generation(0),
                accessClass: .unstated
            )
        }
        let texts = fields.map {
            Array(SignedToken($0, event: venue.event, key: venue.live).text.utf8)
        }
        let bare = Bare(seed: venue.live.seed, message: [UInt8](repeating: 7, count: 56))
        var ratios: (sign: [Double], verify: [Double]) = ([], [])
        var rates: (sign: [Double], verify: [Double]) = ([], [])
        var bareRates: (sign: [Double], verify: [Double]) = ([], [])
        var valid = 0
        for _ in 0..<rounds {
            let bareSign = seconds { for _ in 0..<count { bare.sign() } }
            let sign = seconds {
                for fields in fields {
                    valid +=
                        SignedToken(fields, event: venue.event, key: venue.live).text.utf8.count
                }
            }
            let bareVerify = seconds { for _ in 0..<count where bare.verify() { valid += 1 } }
            let verify = seconds {
                for text in texts {
                    guard case .token(let token) = ScannedCode(text),
                        token.verified(by: venue.live.publicKey, event: venue.event) != nil
                    else { continue }
                    valid += 1
                }
            }
            ratios.sign.append(bareSign / sign)
            ratios.verify.append(bareVerify / verify)
            rates.sign.append(Double(count) / sign)
            rates.verify.append(Double(count) / verify)
            bareRates.sign.append(Double(count) / bareSign)
            bareRates.verify.append(Double(count) / bareVerify)
        }
        precondition(valid == rounds * count * (154 + 2), "every token verifies")
        table.add(
            "token sign, to text",
            Table.rate(rates.sign.median),
            bare: Table.rate(bareRates.sign.median),
            ratio: ratios.sign.median
        )
        table.add(
            "token verify, from text",
            Table.rate(rates.verify.median),
            bare: Table.rate(bareRates.verify.median),
            ratio: ratios.verify.median,
            target: "0.85"
        )
    }

    /// libsodium itself, without a line of Stile in between.
    private struct Bare {
        private var publicKey = [UInt8](repeating: 0, count: 32)
        private var secretKey = [UInt8](repeating: 0, count: 64)
        private var signature = [UInt8](repeating: 0, count: 64)
        private let message: [UInt8]

        init(seed: [UInt8], message: [UInt8]) {
            self.message = message
            crypto_sign_seed_keypair(&publicKey, &secretKey, seed)
            crypto_sign_detached(&signature, nil, message, UInt64(message.count), secretKey)
        }

        func sign() {
            var signature = [UInt8](repeating: 0, count: 64)
            crypto_sign_detached(&signature, nil, message, UInt64(message.count), secretKey)
        }

        func verify() -> Bool {
            crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
        }
    }
}

import AdmissionRules
import Encodings
import FormatVectors
import Sodium
import Testing
import TicketModel
import TokenFormat
import TrustFormat

/// A vector file's keys as a trust list, and what a gate of its event makes of a text.
struct TokenReader {
    let event: EventID
    let trust: TrustList
    /// What the gate holds of the event's keys.
    var secrets = EventSecrets.none
    /// The key that the manifest's rows bind.
    var holder: PublicKey?

    /// - Parameter file: has `event` and `keys`; keys without dates are good from 1970 to 2106.
    init(_ file: JSONValue) throws {
        event = try #require(EventID(hex: try file.text("event")))
        var keys: [TrustedKey] = []
        for listed in try file.list("keys") {
            guard let role = KeyRole(rawValue: try listed.text("role")) else { continue }
            let key = try #require(PublicKey(bytes: try listed.hex("pub")))
            #expect(Hex.encode(key.keyID.bytes) == (try listed.text("kid")))
            let listedEvent = listed["event"]?.string.flatMap { EventID(hex: $0) }
            let isOfEvent = role == .live || role == .paper || role == .cred
            keys.append(
                TrustedKey(
                    key: key,
                    role: role,
                    event: isOfEvent ? listedEvent ?? event : nil,
                    notBefore: Timestamp(milliseconds: listed["nbf"]?.integer ?? 0),
                    expires: listed["exp"]?.integer.map { Timestamp(milliseconds: $0) }
                        ?? Timestamp(seconds: .max),
                    revoked: listed["revoked"]?.integer.map { Timestamp(milliseconds: $0) }
                )
            )
        }
        holder = try file["holder"].flatMap { _ in PublicKey(bytes: try file.hex("holder")) }
        secrets.walletKey = try file["wallet_key"].map { _ in try file.hex("wallet_key") }
        trust = TrustList(
            version: 1,
            issued: Timestamp(milliseconds: 0),
            expires: Timestamp(seconds: .max),
            threshold: 1,
            roots: [Fixed.key("root").publicKey],
            keys: keys,
            logBox: Fixed.boxKey("log box").publicKey,
            revokedDevices: []
        )
    }

    func credential(_ text: String) -> Credential {
        credential(Array(text.utf8))
    }

    func credential(_ text: [UInt8]) -> Credential {
        Credential(
            ScannedCode(text),
            trust: trust,
            event: event,
            secrets: secrets,
            facts: ProofFacts(holder: holder)
        )
    }

    /// Verdict and detail as vectors write them; empty for a code whose proof holds.
    func verdict(_ text: String) -> String {
        switch credential(text) {
        case .unproven(let refusal, _): "\(refusal.code.name) \(refusal.detail.rawValue)"
        case .token, .ownCode, .imported: ""
        }
    }
}

/// Flips each bit of each byte in turn: nothing of it may still be proven.
func expectEveryAlteredByteFails(_ bytes: [UInt8], _ reader: TokenReader) throws {
    for index in bytes.indices {
        for bit in 0..<8 {
            var altered = bytes
            altered[index] ^= 1 << UInt8(bit)
            switch reader.credential("ST1" + Base32.encode(altered)) {
            case .unproven: continue
            case .token, .ownCode, .imported:
                Issue.record("byte \(index) bit \(bit) is not noticed")
            }
        }
    }
}

/// Puts another character of its alphabet at each place of a wallet code in turn.
///
/// Two instants of one minute have the same password: such a text is another showing of the same
/// pass, and proves the same.
func expectEveryAlteredCharacterFails(_ text: String, _ reader: TokenReader) throws {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-".utf8)
    guard case .token(let original) = reader.credential(text) else {
        Issue.record("the code itself is not proven")
        return
    }
    let characters = Array(text.utf8)
    for place in characters.indices {
        for character in alphabet where character != characters[place] {
            var altered = characters
            altered[place] = character
            switch reader.credential(altered) {
            case .unproven, .imported: continue
            case .token(let token):
                let isSameMinute = (155..<165).contains(place) && token == original
                #expect(isSameMinute, "character \(place) is not noticed")
            case .ownCode: Issue.record("character \(place) makes an own code")
            }
        }
    }
}

import Encodings
import TokenFormat

extension VectorFile {
    /// Own static codes: how they are read, and texts that are none because one character is wrong.
    static var ownCodes: VectorFile {
        let good = ["a", "b", "c"].map { name in
            let payload = Array(Fixed.seed("own code \(name)").prefix(10))
            return (name, payload, text(payload))
        }
        let first = good[0].2
        return VectorFile(
            name: "own-codes.json",
            note: "PROTOCOL 3.7. A text in `altered` is no own code: a gate takes it for an "
                + "imported barcode, which it does not find.",
            lists: [
                (
                    "positive",
                    good.map { name, payload, text in
                        .texts([
                            "name": name, "payload": Hex.encode(payload), "text": text,
                            "typed": typed(text),
                        ])
                    }
                ),
                ("altered", substituted(first) + swapped(first)),
                (
                    "blind",
                    // Luhn mod 32 counts 0 and Z alike when they are doubled and when they are not.
                    [
                        .texts([
                            "name": "swap_of_0_and_Z", "text": blind, "same_check": blindSwapped,
                        ])
                    ]
                ),
            ]
        )
    }

    private static func text(_ payload: [UInt8]) -> String {
        guard let code = OwnCode(payload: payload) else {
            preconditionFailure("a payload has 10 bytes")
        }
        return code.text
    }

    /// As somebody types it: lower case, groups of four, letters for digits.
    private static func typed(_ text: String) -> String {
        var typed = ""
        for (index, character) in text.lowercased().enumerated() {
            if index > 0, index.isMultiple(of: 4) { typed += "-" }
            switch character {
            case "0": typed += "o"
            case "1": typed += index.isMultiple(of: 2) ? "i" : "l"
            default: typed.append(character)
            }
        }
        return typed
    }

    /// One wrong character at each of the 17 places behind the `X`.
    private static func substituted(_ text: String) -> [JSONValue] {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        return (1..<18).map { place in
            var characters = Array(text)
            let value = alphabet.firstIndex(of: characters[place]) ?? 0
            characters[place] = alphabet[(value + 1 + place) % 32]
            return .texts(["name": "character_\(place)", "text": String(characters)])
        }
    }

    /// Every swap of two different neighbours.
    private static func swapped(_ text: String) -> [JSONValue] {
        (1..<17).compactMap { place in
            var characters = Array(text)
            guard characters[place] != characters[place + 1] else { return nil }
            characters.swapAt(place, place + 1)
            return .texts(["name": "swap_\(place)_\(place + 1)", "text": String(characters)])
        }
    }

    private static var blind: String { text([0x07, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0]) }
    private static var blindSwapped: String {
        var characters = Array(blind)
        characters.swapAt(1, 2)
        return String(characters)
    }
}

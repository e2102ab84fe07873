import Encodings

/// One file of `Tests/Vectors`, as it is written: a note, what all vectors share, and lists with
/// one vector a line.
package struct VectorFile: CustomStringConvertible {
    package let name: String
    let note: String
    var shared: [JSONValue.Member] = []
    var lists: [(name: String, vectors: [JSONValue])] = []

    package var description: String { name }

    package var bytes: [UInt8] {
        var lines = ["{", " \"note\": \(Self.text(.string(note))),"]
        lines += shared.map { " \"\($0.name)\": \(Self.text($0.value))," }
        for (index, list) in lists.enumerated() {
            lines.append(" \"\(list.name)\": [")
            for (index, vector) in list.vectors.enumerated() {
                let comma = index == list.vectors.count - 1 ? "" : ","
                lines.append("  \(Self.text(vector))\(comma)")
            }
            lines.append(index == lists.count - 1 ? " ]" : " ],")
        }
        lines.append("}")
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private static func text(_ value: JSONValue) -> String {
        String(decoding: value.encoded, as: UTF8.self)
    }

    /// Every file that is made here; the others are examples copied from standards.
    package static var all: [VectorFile] {
        [
            .tokens, .holderTokens, .walletCodes, .offlinePack, .ownCodes, .barcodeNames,
            .trustLists, .contentHash, .entryChains,
        ]
    }
}

extension JSONValue {
    /// An object of texts, for vectors.
    static func texts(_ members: KeyValuePairs<String, String>) -> JSONValue {
        .object(members.map { Member($0.key, .string($0.value)) })
    }
}

import Encodings
import ManifestFormat
import TicketModel

extension VectorFile {
    /// The names under which a manifest lists imported barcodes.
    static var barcodeNames: VectorFile {
        let event = Fixed.event("event")
        let key = Fixed.seed("barcode key")
        let barcodes = ["4012345678901", "aBc 12-34", "ABC 12-34", "seat12"]
        let rules = ImportRule.Fold.allCases.flatMap { fold in
            [false, true].map { ImportRule(fold: fold, isSlow: $0) }
        }
        return VectorFile(
            name: "barcode-names.json",
            note: "PROTOCOL 3.7: `h` of a barcode by the rule of its import.",
            shared: [
                .init("event", .string(event.hex)),
                .init("barcode_key", .string(Hex.encode(key))),
            ],
            lists: [
                (
                    "names",
                    rules.sorted().flatMap { rule in
                        barcodes.map { barcode in
                            let bytes = Array(barcode.utf8)
                            guard let name = rule.name(of: bytes, event: event, key: key) else {
                                preconditionFailure("16 MiB can be had")
                            }
                            return .texts([
                                "rule": rule.word, "barcode": barcode, "h": Hex.encode(name),
                            ])
                        }
                    }
                )
            ]
        )
    }
}

package import ManifestFormat
package import TicketModel

/// One barcode of a list that somebody else printed, as it stood in its cell.
package struct BarcodeCell: Hashable, Sendable {
    /// Counted from 1, as people count lines.
    package let line: Int
    /// A JSON pointer into what was sent.
    package let pointer: String
    package let text: String
    /// Whether the cell held a number and no text.
    package let isNumber: Bool
    /// `nil` takes the import's.
    package let accessClass: ClassNumber?
    package let seat: String
    package let reference: String?

    package init(
        line: Int,
        pointer: String,
        text: String,
        isNumber: Bool = false,
        accessClass: ClassNumber? = nil,
        seat: String = "",
        reference: String? = nil
    ) {
        self.line = line
        self.pointer = pointer
        self.text = text
        self.isNumber = isNumber
        self.accessClass = accessClass
        self.seat = seat
        self.reference = reference
    }
}

/// An import as it is kept.
package struct BarcodeImport: Hashable, Sendable {
    /// Counted from 1 within the event.
    package let number: Int64
    package let created: Timestamp
    package let accessClass: ClassNumber
    package let rule: ImportRule
    package let codes: Int
    /// How many of them gates can know; slow hashes take their time.
    package let hashed: Int
    package let warnings: [String]
}

/// An import that was just made.
package struct MadeImport: Hashable, Sendable {
    package let summary: BarcodeImport
    /// The tickets in the order of the cells.
    package let tickets: [TicketID]
}

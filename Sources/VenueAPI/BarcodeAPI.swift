/// Barcodes that other systems printed, as they cross the API.
public enum BarcodeAPI {
    /// Bytes of a cell, so that a wrong one is named and not cut.
    public static let cellBytes = 1...256

    /// One barcode: a text, a number, or an object with what is known of its ticket.
    public struct Item: Codable, Hashable, Sendable {
        public var code: String
        /// Whether the code came as a number, whose zeros and last digits may be lost.
        public var isNumber: Bool
        public var accessClass: UInt16?
        public var reference: String?
        public var seat: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case code, reference, seat
            case accessClass = "class"
        }

        public init(
            code: String,
            isNumber: Bool = false,
            accessClass: UInt16? = nil,
            reference: String? = nil,
            seat: String? = nil
        ) {
            self.code = code
            self.isNumber = isNumber
            self.accessClass = accessClass
            self.reference = reference
            self.seat = seat
        }

        public init(from decoder: any Decoder) throws {
            if let (text, isNumber) = try Self.cell(try decoder.singleValueContainer()) {
                code = text
                self.isNumber = isNumber
                return
            }
            let members = try decoder.strict(CodingKeys.self)
            let nested = try members.superDecoder(forKey: .code).singleValueContainer()
            guard let (text, isNumber) = try Self.cell(nested) else {
                throw members.fault(.code, "is neither a text nor a whole number of 15 digits")
            }
            code = text
            self.isNumber = isNumber
            accessClass = try members.numberIfPresent(.accessClass, in: WireLimits.classNumbers)
            reference = try members.textIfPresent(.reference, bytes: WireLimits.referenceBytes)
            seat = try members.textIfPresent(.seat, bytes: WireLimits.seatBytes)
        }

        /// A text, or a whole number as text; `nil` for anything else.
        private static func cell(
            _ container: any SingleValueDecodingContainer
        ) throws -> (text: String, isNumber: Bool)? {
            let text: String
            let isNumber: Bool
            // What is no text may be a number, and what is neither is for the caller to name.
            if let read = try? container.decode(String.self) {
                (text, isNumber) = (read, false)
                // Whole and within 64 bits; its digits are counted later.
            } else if let read = try? container.decode(UInt64.self) {
                (text, isNumber) = (String(read), true)
            } else {
                return nil
            }
            guard BarcodeAPI.cellBytes.contains(text.utf8.count) else {
                throw DecodingError.dataCorrupted(
                    .init(
                        codingPath: container.codingPath,
                        debugDescription: "is not 1 to \(BarcodeAPI.cellBytes.upperBound) bytes"
                    )
                )
            }
            return (text, isNumber)
        }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(code, forKey: .code)
            try members.encodeIfPresent(accessClass, forKey: .accessClass)
            try members.encodeIfPresent(reference, forKey: .reference)
            try members.encodeIfPresent(seat, forKey: .seat)
        }
    }

    /// A list to import: `POST /v1/events/{event}/barcodes` as JSON.
    public struct Draft: Codable, Hashable, Sendable {
        /// Of the tickets, where an item says nothing else.
        public var accessClass: UInt16
        /// `none` or `upper`.
        public var fold: String
        public var codes: [Item]

        enum CodingKeys: String, CodingKey, CaseIterable {
            case fold, codes
            case accessClass = "class"
        }

        public init(accessClass: UInt16, fold: String = "none", codes: [Item]) {
            self.accessClass = accessClass
            self.fold = fold
            self.codes = codes
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.strict(CodingKeys.self)
            accessClass = try members.number(.accessClass, in: WireLimits.classNumbers)
            fold =
                members.contains(.fold)
                ? try members.word(.fold, of: BarcodeAPI.foldWords) : "none"
            codes = try members.list(.codes, max: WireLimits.ticketsMax)
        }
    }

    public static let foldWords: Set<String> = ["none", "upper"]

    /// An import, and how far it is.
    public struct Import: Codable, Hashable, Sendable {
        /// Counted from 1 within the event.
        public var number: Int64
        /// Unix milliseconds.
        public var created: Int64
        public var accessClass: UInt16
        public var fold: String
        /// Whether the barcodes are so easily guessed that they are hashed slowly.
        public var slow: Bool
        public var codes: Int
        /// How many of them gates can know by now.
        public var hashed: Int
        public var warnings: [String]
        /// The tickets in the order of the list; only in the answer to the import itself.
        public var tickets: [String]?

        enum CodingKeys: String, CodingKey {
            case number, created, fold, slow, codes, hashed, warnings, tickets
            case accessClass = "class"
        }

        public init(
            number: Int64,
            created: Int64,
            accessClass: UInt16,
            fold: String,
            slow: Bool,
            codes: Int,
            hashed: Int,
            warnings: [String],
            tickets: [String]? = nil
        ) {
            self.number = number
            self.created = created
            self.accessClass = accessClass
            self.fold = fold
            self.slow = slow
            self.codes = codes
            self.hashed = hashed
            self.warnings = warnings
            self.tickets = tickets
        }
    }

    public struct ImportList: Codable, Hashable, Sendable {
        public var imports: [Import]

        public init(imports: [Import]) {
            self.imports = imports
        }
    }
}

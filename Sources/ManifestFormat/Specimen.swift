import Sodium
public import TicketModel

/// A ticket that admits nobody, in every manifest: shows that a gate decides as it should
/// (PROTOCOL 5.6).
///
/// What it is shown with stands in `meta` under ``metaKey``: a PAPER token, or an own static code
/// for ``barcode``. A gate that loads a manifest decides each of them and compares the answer with
/// ``expected``.
public enum Specimen: String, CaseIterable, Hashable, Sendable {
    case valid
    case revoked
    /// Decided for a hall that no row of `access` names for the class of specimens.
    case hall
    case unpaid
    /// A valid ticket with an own static code.
    case barcode

    private static let context = Array("st1/specimen\0".utf8)
    public static let className = "Specimen"

    /// The row of `meta` that holds the code.
    public var metaKey: String { "specimen_\(rawValue)" }

    /// The verdict that an ordinary ticket would have; a gate says SPECIMEN, and this beside it.
    public var expected: VerdictCode {
        switch self {
        case .valid, .barcode: .success
        case .revoked: .revoked
        case .hall: .wrongHall
        case .unpaid: .unpaid
        }
    }

    private var status: TicketStatus {
        switch self {
        case .valid, .hall, .barcode: .valid
        case .revoked: .revoked
        case .unpaid: .unpaid
        }
    }

    /// The same in every manifest of an event, so that printed specimens stay good.
    public func ticket(of event: EventID) -> TicketID {
        let hash = Hash.b2(32, Self.context, event.bytes, Array(rawValue.utf8))
        return TicketID(
            high: hash[..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: hash[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
        )
    }

    public func row(of event: EventID) -> TicketRow {
        TicketRow(
            id: ticket(of: event),
            accessClass: .specimen,
            status: status,
            generation: Generation(0),
            notBefore: nil,
            expires: nil,
            usesMax: 1,
            reentry: false,
            methods: .all,
            home: GateNumber(0),
            holder: nil
        )
    }

    /// The code row of ``barcode``.
    ///
    /// - Parameter hash: of its own static code, see ``BarcodeHash``.
    public static func codeRow(hash: [UInt8], of event: EventID) -> CodeRow {
        CodeRow(
            hash: hash,
            ticket: Specimen.barcode.ticket(of: event),
            kind: .ownCode,
            generation: Generation(0),
            status: .valid
        )
    }

    /// The class and its windows: every hall of the event, by any gate, at any time.
    public static func smallRows(halls: [HallNumber]) -> [ManifestRow] {
        let number = Int64(ClassNumber.specimen.number)
        let accessClass = ManifestRow(.accessClass, [.integer(number), .text(className)])
        return [accessClass]
            + halls.map { hall in
                AccessRow(
                    accessClass: .specimen,
                    hall: hall,
                    gate: .any,
                    notBefore: nil,
                    expires: nil
                ).row
            }
    }
}

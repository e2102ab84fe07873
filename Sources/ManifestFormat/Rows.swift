public import TicketModel

/// A ticket as a gate needs it: no name, no address, nothing about use.
public struct TicketRow: Hashable, Sendable {
    public let id: TicketID
    public let accessClass: ClassNumber
    public let status: TicketStatus
    public let generation: Generation
    /// The ticket's own day or slot; `nil` sets no bound.
    public let notBefore: Timestamp?
    public let expires: Timestamp?
    /// Entries in all, or, with `reentry`, persons inside at once.
    ///
    /// 1 to 65535.
    public let usesMax: UInt16
    public let reentry: Bool
    public let methods: Methods
    /// The gate group that may admit it when every gate is cut off.
    public let home: GateNumber
    /// The holder's public key, once one is bound.
    public let holder: [UInt8]?

    public init(
        id: TicketID,
        accessClass: ClassNumber,
        status: TicketStatus,
        generation: Generation,
        notBefore: Timestamp?,
        expires: Timestamp?,
        usesMax: UInt16,
        reentry: Bool,
        methods: Methods,
        home: GateNumber,
        holder: [UInt8]?
    ) {
        self.id = id
        self.accessClass = accessClass
        self.status = status
        self.generation = generation
        self.notBefore = notBefore
        self.expires = expires
        self.usesMax = usesMax
        self.reentry = reentry
        self.methods = methods
        self.home = home
        self.holder = holder
    }

    /// The row as it is stored and hashed; an open bound is 0.
    public var row: ManifestRow {
        ManifestRow(
            .ticket,
            [
                .blob(id.bytes), .integer(Int64(accessClass.number)),
                .integer(Int64(status.rawValue)), .integer(Int64(generation.number)),
                .integer(notBefore?.milliseconds ?? 0), .integer(expires?.milliseconds ?? 0),
                .integer(Int64(usesMax)), .integer(reentry ? 1 : 0),
                .integer(Int64(methods.rawValue)), .integer(Int64(home.number)),
                holder.map { .blob($0) } ?? .null,
            ]
        )
    }

    /// Reads a stored row; `nil` if a column holds what no manifest may hold.
    public init?(_ values: [ManifestValue]) {
        var columns = ColumnReader(values)
        guard let idBytes = columns.blob(), let id = TicketID(bytes: idBytes),
            let accessClass = columns.number(UInt16.self),
            let status = columns.number(UInt8.self).flatMap(TicketStatus.init),
            let generation = columns.number(UInt8.self), let notBefore = columns.integer(),
            let expires = columns.integer(), let usesMax = columns.number(UInt16.self),
            usesMax > 0, let reentry = columns.number(UInt8.self), reentry <= 1,
            let methods = columns.number(UInt8.self), let home = columns.number(UInt16.self),
            let holder = columns.nullableBlob(), columns.isAtEnd
        else { return nil }
        self.init(
            id: id,
            accessClass: ClassNumber(accessClass),
            status: status,
            generation: Generation(generation),
            notBefore: notBefore == 0 ? nil : Timestamp(milliseconds: notBefore),
            expires: expires == 0 ? nil : Timestamp(milliseconds: expires),
            usesMax: usesMax,
            reentry: reentry == 1,
            methods: Methods(rawValue: methods),
            home: GateNumber(home),
            holder: holder
        )
    }
}

/// A static code, by its keyed hash: gates hold no barcode in clear.
public struct CodeRow: Hashable, Sendable {
    /// 16 bytes, see ``BarcodeHash``.
    public let hash: [UInt8]
    public let ticket: TicketID
    /// ``CodeForm/ownCode`` or ``CodeForm/imported``.
    public let kind: CodeForm
    public let generation: Generation
    public let status: TicketStatus

    public init(
        hash: [UInt8],
        ticket: TicketID,
        kind: CodeForm,
        generation: Generation,
        status: TicketStatus
    ) {
        self.hash = hash
        self.ticket = ticket
        self.kind = kind
        self.generation = generation
        self.status = status
    }

    public var row: ManifestRow {
        ManifestRow(
            .code,
            [
                .blob(hash), .blob(ticket.bytes), .integer(Int64(kind.rawValue)),
                .integer(Int64(generation.number)), .integer(Int64(status.rawValue)),
            ]
        )
    }

    /// Reads a stored row; `nil` if a column holds what no manifest may hold.
    public init?(_ values: [ManifestValue]) {
        var columns = ColumnReader(values)
        guard let hash = columns.blob(), hash.count == BarcodeHash.length,
            let ticketBytes = columns.blob(), let ticket = TicketID(bytes: ticketBytes),
            let kind = columns.number(UInt8.self).flatMap(CodeForm.init),
            let generation = columns.number(UInt8.self),
            let status = columns.number(UInt8.self).flatMap(TicketStatus.init), columns.isAtEnd
        else { return nil }
        self.init(
            hash: hash,
            ticket: ticket,
            kind: kind,
            generation: Generation(generation),
            status: status
        )
    }
}

/// Where and when a class may enter; gate 0 stands for every gate of the hall.
public struct AccessRow: Hashable, Sendable {
    public let accessClass: ClassNumber
    public let hall: HallNumber
    public let gate: GateNumber
    /// `nil` sets no bound.
    public let notBefore: Timestamp?
    public let expires: Timestamp?

    public init(
        accessClass: ClassNumber,
        hall: HallNumber,
        gate: GateNumber,
        notBefore: Timestamp?,
        expires: Timestamp?
    ) {
        self.accessClass = accessClass
        self.hall = hall
        self.gate = gate
        self.notBefore = notBefore
        self.expires = expires
    }

    public var row: ManifestRow {
        ManifestRow(
            .access,
            [
                .integer(Int64(accessClass.number)), .integer(Int64(hall.number)),
                .integer(Int64(gate.number)), .integer(notBefore?.milliseconds ?? 0),
                .integer(expires?.milliseconds ?? 0),
            ]
        )
    }

    /// Reads a stored row; `nil` if a column holds what no manifest may hold.
    public init?(_ values: [ManifestValue]) {
        var columns = ColumnReader(values)
        guard let accessClass = columns.number(UInt16.self), let hall = columns.number(UInt16.self),
            let gate = columns.number(UInt16.self), let notBefore = columns.integer(),
            let expires = columns.integer(), columns.isAtEnd
        else { return nil }
        self.init(
            accessClass: ClassNumber(accessClass),
            hall: HallNumber(hall),
            gate: GateNumber(gate),
            notBefore: notBefore == 0 ? nil : Timestamp(milliseconds: notBefore),
            expires: expires == 0 ? nil : Timestamp(milliseconds: expires)
        )
    }
}

/// Reads columns one after another.
private struct ColumnReader {
    private let values: [ManifestValue]
    private var next = 0

    init(_ values: [ManifestValue]) {
        self.values = values
    }

    var isAtEnd: Bool { next == values.count }

    mutating func integer() -> Int64? {
        defer { next += 1 }
        guard next < values.count, case .integer(let number) = values[next] else { return nil }
        return number
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        integer().flatMap { Number(exactly: $0) }
    }

    mutating func blob() -> [UInt8]? {
        defer { next += 1 }
        guard next < values.count, case .blob(let bytes) = values[next] else { return nil }
        return bytes
    }

    /// A blob or NULL; `nil` from this function means neither.
    mutating func nullableBlob() -> [UInt8]?? {
        defer { next += 1 }
        guard next < values.count else { return nil }
        switch values[next] {
        case .null: return .some(nil)
        case .blob(let bytes): return .some(bytes)
        case .integer, .text: return nil
        }
    }
}

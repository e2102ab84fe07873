import CentralStore
import Hummingbird
import ManifestFormat
import NIOCore
import TicketModel
import VenueAPI

/// Barcodes that other systems printed: lists of them in, how far they are out.
struct BarcodeRoutes {
    /// Bytes of one list.
    static let bodyMax = 8 << 20

    let data: CentralData
    let clock: ServiceClock

    func add(to routes: inout Routes) {
        let path = "/v1/events/{event}/barcodes"
        routes.write(
            .post,
            path,
            query: ["class", "fold"],
            scopes: .issue,
            bodyMax: Self.bodyMax,
            handler: add
        )
        routes.read(path, scopes: [.read, .issue], handler: list)
    }

    @Sendable
    private func add(
        _ request: WriteRequest,
        _ context: CallerContext
    ) async throws -> Answer {
        let event = try context.event()
        let list = try Self.list(request)
        guard let fold = ImportRule.Fold(rawValue: list.fold) else {
            throw Problem.invalid("fold", "is not none or upper")
        }
        guard !list.cells.isEmpty else {
            throw Problem(.invalidRequest, "There is no barcode in it.")
        }
        let made = try await data.barcodes.add(
            list.cells,
            accessClass: list.accessClass,
            fold: fold,
            event: event,
            by: context.caller.key,
            at: clock.now()
        )
        return Answer(.created, BarcodeAPI.Import(made.summary, tickets: made.tickets))
    }

    @Sendable
    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        _ = try QueryItems(request, known: [])
        let imports = try await data.barcodes.list(event: context.event())
        return Answer(
            .ok,
            BarcodeAPI.ImportList(imports: imports.map { BarcodeAPI.Import($0) })
        ).response
    }

    private struct List {
        let accessClass: ClassNumber
        let fold: String
        let cells: [BarcodeCell]
    }

    private static func list(_ request: WriteRequest) throws(Problem) -> List {
        switch request.body.kind {
        case .json:
            let draft = try request.body.json(BarcodeAPI.Draft.self)
            return List(
                accessClass: ClassNumber(draft.accessClass),
                fold: draft.fold,
                cells: draft.codes.enumerated().map { index, item in
                    BarcodeCell(item, line: index + 1, pointer: "/codes/\(index)")
                }
            )
        case .lines:
            let items = try LineDecoder.decode(
                BarcodeAPI.Item.self,
                from: request.body.bytes,
                countMax: WireLimits.ticketsMax
            )
            let cells = items.enumerated().map { index, item in
                BarcodeCell(item, line: index + 1, pointer: "/\(index)")
            }
            return try list(request, cells)
        case .table: return try list(request, table(request.body.bytes.readableBytesView))
        }
    }

    private static func list(
        _ request: WriteRequest,
        _ cells: [BarcodeCell]
    ) throws(Problem) -> List {
        let range =
            Int(WireLimits.classNumbers.lowerBound)...Int(WireLimits.classNumbers.upperBound)
        guard let number = try request.query.number("class", in: range) else {
            throw .invalid("class", "is missing")
        }
        return List(
            accessClass: ClassNumber(UInt16(number)),
            fold: request.query["fold"] ?? "none",
            cells: cells
        )
    }

    private static let codeNames: Set = ["code", "barcode"]
    private static let known: Set = ["code", "barcode", "class", "seat", "reference"]

    /// A table of one column, or with a first line that names its columns.
    private static func table(_ bytes: ByteBufferView) throws(Problem) -> [BarcodeCell] {
        var rows = try CSVReader.rows(bytes, rowsMax: WireLimits.ticketsMax + 1)
        var columns = ["code"]
        if let head = rows.first?.cells.map({ $0.lowercased() }),
            head.contains(where: codeNames.contains)
        {
            if let strange = head.first(where: { !known.contains($0) }) {
                throw .invalid("/0", "line 1: the column \"\(strange)\" is not known here")
            }
            columns = head
            rows.removeFirst()
        }
        var cells: [BarcodeCell] = []
        for row in rows {
            let pointer = "/\(row.line - 1)"
            guard row.cells.count <= columns.count else {
                throw .invalid(pointer, "line \(row.line): has more cells than there are columns")
            }
            let values = Dictionary(zip(columns, row.cells)) { first, _ in first }
            let code = values["code"] ?? values["barcode"] ?? ""
            let written = values["class"] ?? ""
            let number = UInt16(written)
            guard written.isEmpty || number.map(WireLimits.classNumbers.contains) == true else {
                throw .invalid("\(pointer)/class", "line \(row.line): is no class")
            }
            cells.append(
                BarcodeCell(
                    line: row.line,
                    pointer: "\(pointer)/code",
                    text: code,
                    accessClass: number.map { ClassNumber($0) },
                    seat: values["seat"] ?? "",
                    reference: values["reference"].flatMap { $0.isEmpty ? nil : $0 }
                )
            )
        }
        return cells
    }
}

extension BarcodeCell {
    fileprivate init(_ item: BarcodeAPI.Item, line: Int, pointer: String) {
        self.init(
            line: line,
            pointer: pointer,
            text: item.code,
            isNumber: item.isNumber,
            accessClass: item.accessClass.map { ClassNumber($0) },
            seat: item.seat ?? "",
            reference: item.reference
        )
    }
}

extension BarcodeAPI.Import {
    fileprivate init(_ summary: BarcodeImport, tickets: [TicketID]? = nil) {
        self.init(
            number: summary.number,
            created: summary.created.milliseconds,
            accessClass: summary.accessClass.number,
            fold: summary.rule.fold.rawValue,
            slow: summary.rule.isSlow,
            codes: summary.codes,
            hashed: summary.hashed,
            warnings: summary.warnings,
            tickets: tickets?.map(\.hex)
        )
    }
}

import CentralService
import CentralStore
import Encodings
import Foundation
import HTTPTypes
import Sodium
import Testing
import VenueAPI

@Suite("Lists of barcodes, as shops send them")
struct BarcodeImportTests {
    private func barcodes(_ count: Int) -> [String] {
        (0..<count).map { _ in Base32.encode(Sodium.randomBytes(15)) }
    }

    @Test("JSON, lines and a table say the same, and keep seats and references")
    func forms() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let path = "/v1/events/\(event.id)/barcodes"
            let query = "\(path)?class=1&fold=upper"
            let texts = barcodes(150)
            let draft = BarcodeAPI.Draft(
                accessClass: 1,
                fold: "upper",
                codes: texts[..<50].map { BarcodeAPI.Item(code: $0) }
            )
            var lines = texts[50..<100].map { "\"\($0)\"" }
            lines[0] = #"{"code":"\#(texts[50])","seat":"Row 1","reference":"r-50"}"#
            var table = ["code;seat;reference"] + texts[100...].map { "\($0);;" }
            table[1] = "\"\(texts[100])\";\"Row 2; seat 3\";r-100"
            let replies = [
                try await admin.post(path, draft),
                try await admin.send(
                    .post,
                    query,
                    body: Array(lines.joined(separator: "\n").utf8),
                    mediaType: "application/x-ndjson"
                ),
                try await admin.send(
                    .post,
                    query,
                    body: Array(("\u{FEFF}" + table.joined(separator: "\r\n")).utf8),
                    mediaType: "text/csv"
                ),
            ]
            for (index, reply) in replies.enumerated() {
                #expect(reply.status == 201, "\(reply.text)")
                let made: BarcodeAPI.Import = try reply.json()
                #expect(made.codes == 50 && made.hashed == 50 && !made.slow)
                #expect(made.number == Int64(index + 1) && made.tickets?.count == 50)
                guard index > 0 else { continue }
                let id = try #require(made.tickets?.first)
                let ticket: TicketAPI.Ticket = try await admin.get("/v1/tickets/\(id)").json()
                #expect(ticket.reference == (index == 1 ? "r-50" : "r-100"))
                #expect(ticket.seat == (index == 1 ? "Row 1" : "Row 2; seat 3"))
            }
            let list: BarcodeAPI.ImportList = try await admin.get(path).json()
            #expect(list.imports.map(\.number) == [3, 2, 1])
            let found: TicketAPI.Ticket =
                try await admin.get("/v1/tickets?code=\(texts[0].lowercased())&event=\(event.id)")
                .json()
            #expect(found.methods.contains("imported"))
        }
    }

    @Test(
        "what is wrong is named by its place and line",
        arguments: [
            ("application/json", #"{"class":1,"codes":["ABCDE",12345678901234567]}"#, "/codes/1"),
            ("application/json", #"{"class":1,"codes":["ABCDE",{"code":1.5}]}"#, "/codes/1/code"),
            ("application/x-ndjson", "\"ABCDE\"\n\"ABCDE\"", "/1"),
            ("text/csv", "ABCDE\n1.23457E+17\n", "/1/code"),
            ("text/csv", "code,price\nABCDE,3\n", "/0"),
            ("text/csv", "code,class\nABCDE,none\n", "/1/class"),
        ]
    )
    func faults(mediaType: String, body: String, pointer: String) async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let query = mediaType == "application/json" ? "" : "?class=1"
            let reply = try await admin.send(
                .post,
                "/v1/events/\(event.id)/barcodes\(query)",
                body: Array(body.utf8),
                mediaType: mediaType
            )
            #expect(reply.status == 422, "\(reply.text)")
            let errors = try #require(try reply.problem().errors)
            #expect(errors.contains { $0.pointer == pointer }, "\(errors)")
        }
    }

    @Test("a list needs the right to issue, a class, and a table that can be read")
    func access() async throws {
        try await House.open { _, admin in
            let event = try await admin.makeEvent()
            let path = "/v1/events/\(event.id)/barcodes"
            let draft = BarcodeAPI.Draft(accessClass: 1, codes: [.init(code: "ABCDE")])
            #expect(try await admin.makeKey(["read"]).post(path, draft).status == 403)
            let table = Array("\"ABCDE".utf8)
            for query in ["", "?class=1", "?class=0", "?class=1&fold=lower", "?class=1&more=1"] {
                let reply = try await admin.send(
                    .post,
                    path + query,
                    body: table,
                    mediaType: "text/csv"
                )
                #expect(reply.status == 422, "\(query)")
            }
            let noTable = try await admin.send(
                .post,
                "/v1/events/\(event.id)/tickets",
                body: table,
                mediaType: "text/csv"
            )
            #expect(noTable.status == 415)
        }
    }
}

import Database
import TicketModel

/// The halls, gates, classes and windows of one event, inside a transaction.
struct EventParts {
    let event: EventID
    private let connection: any SQLConnection

    init(event: EventID, _ connection: any SQLConnection) {
        self.event = event
        self.connection = connection
    }

    /// Brings the tables to what `details` says; lists come back in order of their numbers.
    func replace(by details: EventDetails) throws {
        try connection.run("DELETE FROM access WHERE event = ?", [.id(event)])
        try connection.run("DELETE FROM gate WHERE event = ?", [.id(event)])
        try keep("access_class", details.classes.map(\.number.number), pointer: "/classes")
        try keep("hall", details.halls.map(\.number.number), pointer: "/halls")
        try connection.runBatch(
            """
            INSERT INTO hall(event, number, name) VALUES(?, ?, ?)
            ON CONFLICT(event, number) DO UPDATE SET name = excluded.name
            """,
            details.halls.map { [.id(event), .number($0.number), .text($0.name)] }
        )
        try connection.runBatch(
            "INSERT INTO gate(event, number, hall, name) VALUES(?, ?, ?, ?)",
            details.gates.map {
                [.id(event), .number($0.number), .number($0.hall), .text($0.name)]
            }
        )
        try connection.runBatch(
            """
            INSERT INTO access_class(event, number, name, uses_max, reentry, methods,
                check_id)
            VALUES(?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT(event, number) DO UPDATE SET name = excluded.name,
                uses_max = excluded.uses_max, reentry = excluded.reentry,
                methods = excluded.methods, check_id = excluded.check_id
            """,
            details.classes.map {
                [
                    .id(event), .number($0.number), .text($0.name), .number($0.usesMax),
                    .flag($0.reentry), .number($0.methods.rawValue), .flag($0.checksID),
                ]
            }
        )
        try connection.runBatch(
            "INSERT INTO access(event, class, hall, gate, nbf, exp) VALUES(?, ?, ?, ?, ?, ?)",
            details.windows.map {
                [
                    .id(event), .number($0.accessClass), .number($0.hall), .number($0.gate),
                    .integer($0.notBefore?.milliseconds ?? 0),
                    .integer($0.expires?.milliseconds ?? 0),
                ]
            }
        )
    }

    /// Removes the rows whose numbers are not among `numbers`.
    private func keep(_ table: String, _ numbers: [UInt16], pointer: String) throws {
        let kept = Set(numbers)
        let held = try connection.rows(
            "SELECT number FROM \(table) WHERE event = ?",
            [.id(event)]
        ) { try $0.number(0, as: UInt16.self) }
        for number in held where !kept.contains(number) {
            do {
                try connection.run(
                    "DELETE FROM \(table) WHERE event = ? AND number = ?",
                    [.id(event), .number(number)]
                )
            } catch DatabaseError.foreignKeyViolation {
                throw StoreError.inUse("\(pointer)/\(number)")
            }
        }
    }

    func halls() throws -> [HallDetails] {
        try connection.rows(
            "SELECT number, name FROM hall WHERE event = ? ORDER BY number",
            [.id(event)]
        ) { HallDetails(number: try $0.numbered(0), name: try $0.text(1)) }
    }

    func gates() throws -> [GateDetails] {
        try connection.rows(
            "SELECT number, hall, name FROM gate WHERE event = ? ORDER BY number",
            [.id(event)]
        ) {
            GateDetails(
                number: try $0.numbered(0),
                hall: try $0.numbered(1),
                name: try $0.text(2)
            )
        }
    }

    func classes() throws -> [ClassDetails] {
        try connection.rows(
            """
            SELECT number, name, uses_max, reentry, methods, check_id FROM access_class
            WHERE event = ? ORDER BY number
            """,
            [.id(event)]
        ) { row in
            ClassDetails(
                number: try row.numbered(0),
                name: try row.text(1),
                usesMax: try row.number(2),
                reentry: try row.flag(3),
                methods: Methods(rawValue: try row.number(4)),
                checksID: try row.flag(5)
            )
        }
    }

    func windows() throws -> [AccessWindow] {
        try connection.rows(
            """
            SELECT class, hall, gate, nbf, exp FROM access WHERE event = ?
            ORDER BY class, hall, gate, nbf
            """,
            [.id(event)]
        ) { row in
            let start = try row.time(3)
            let end = try row.time(4)
            return AccessWindow(
                accessClass: try row.numbered(0),
                hall: try row.numbered(1),
                gate: try row.numbered(2),
                notBefore: start.milliseconds == 0 ? nil : start,
                expires: end.milliseconds == 0 ? nil : end
            )
        }
    }
}

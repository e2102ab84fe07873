/// The tables of a manifest file, as SQLite keeps their text (PROTOCOL 5.1).
///
/// A gate compares what `sqlite_schema` holds with ``tables``, letter by letter: a file with a
/// trigger, a view or one more column is refused.
public enum ManifestSchema {
    public static let version = 1

    /// `CREATE TABLE` statements by table name.
    public static let tables: [(name: String, sql: String)] = [
        ("meta", "CREATE TABLE meta(k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID"),
        ("class", "CREATE TABLE class(id INTEGER PRIMARY KEY, name TEXT)"),
        (
            "access",
            "CREATE TABLE access(class INT, hall INT, gate INT, nbf INT, exp INT, "
                + "PRIMARY KEY(class,hall,gate,nbf)) WITHOUT ROWID"
        ),
        (
            "ticket",
            "CREATE TABLE ticket(id BLOB PRIMARY KEY, class INT, status INT, gen INT, nbf INT, "
                + "exp INT, max_uses INT, reentry INT, methods INT, home INT, holder BLOB) "
                + "WITHOUT ROWID"
        ),
        (
            "code",
            "CREATE TABLE code(h BLOB PRIMARY KEY, ticket BLOB, kind INT, gen INT, status INT) "
                + "WITHOUT ROWID"
        ),
        ("local", "CREATE TABLE local(k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID"),
    ]

    /// The `INSERT` statement of a content table, one `?` a column.
    public static func insert(into table: ManifestTable) -> String {
        let columns = table.columns
        let marks = columns.map { _ in "?" }.joined(separator: ",")
        return "INSERT INTO \(table.rawValue)(\(columns.joined(separator: ","))) VALUES(\(marks))"
    }
}

import Database

extension Database {
    /// A snapshot, with errors in the store's words.
    func snapshot<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws(StoreError) -> Value {
        do { return try await read(body) } catch { throw StoreError(error) }
    }

    /// A transaction, with errors in the store's words.
    @discardableResult
    func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws(StoreError) -> Value {
        do { return try await write(body) } catch { throw StoreError(error) }
    }
}

extension StoreError {
    init(_ error: any Error) {
        self =
            switch error {
            case let error as StoreError: error
            case let error as DatabaseError: .database(error)
            case MigrationError.newerSchema(let name), MigrationError.foreignSchema(let name):
                .foreignSchema(name)
            default: .database(.other(code: 0, message: String(describing: error)))
            }
    }
}

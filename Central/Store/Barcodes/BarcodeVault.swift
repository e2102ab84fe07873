import ManifestFormat
import Sodium
import TicketModel

/// Seals what an imported barcode's name in the manifest is made of, so that another `barcode_key`
/// needs neither the list again nor the slow hashes.
struct BarcodeVault: Sendable {
    private static let sealContext = Array("st1/import\0".utf8)
    private static let tagContext = Array("st1/importtag\0".utf8)
    static let tagLength = 16

    let event: EventID
    let masterKey: SecretKey
    /// Names barcodes in the database, so that doubles are found without keeping any in clear.
    let codeSecret: [UInt8]

    /// A barcode's name in the database; it says nothing to who has not the secret.
    func tag(of folded: [UInt8]) -> [UInt8] {
        Hash.b2(Self.tagLength, Self.tagContext, event.bytes, folded, key: codeSecret)
    }

    func seal(_ bytes: [UInt8], of ticket: TicketID) -> [UInt8] {
        masterKey.seal(bytes, context: context(ticket), nonce: Sodium.randomBytes(24))
    }

    func open(_ sealed: [UInt8], of ticket: TicketID) throws(StoreError) -> [UInt8] {
        guard let bytes = masterKey.open(sealed, context: context(ticket)) else {
            throw .wrongMasterKey
        }
        return bytes
    }

    private func context(_ ticket: TicketID) -> [UInt8] {
        Self.sealContext + event.bytes + ticket.bytes
    }

    /// The costly half of a slow hash (PROTOCOL 3.7): what the barcode key is applied to.
    ///
    /// - Returns: `nil` if 16 MiB cannot be had.
    func inner(of folded: [UInt8]) -> [UInt8]? {
        PasswordHash.argon2id(
            folded,
            salt: Hash.b2(PasswordHash.saltLength, event.bytes),
            operations: BarcodeHash.slowOperations,
            memory: BarcodeHash.slowMemoryBytes
        )
    }

    static func name(ofInner inner: [UInt8], key: [UInt8]) -> [UInt8] {
        Hash.b2(BarcodeHash.length, inner, key: key)
    }
}

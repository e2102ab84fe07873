import Sodium
public import TicketModel

/// How static codes stand in the manifest: hashed under a key that only gates with barcode duty get
/// (PROTOCOL 3.7).
public enum BarcodeHash {
    public static let length = 16
    public static let keyLength = 32
    private static let context = Array("st1/code\0".utf8)

    /// The manifest's name for the code with these bytes.
    ///
    /// - Parameters:
    ///   - code: an own code's 18 characters, or an imported barcode's folded bytes.
    ///   - key: the event's `barcode_key`, 32 bytes.
    public static func hash(of code: [UInt8], event: EventID, key: [UInt8]) -> [UInt8] {
        Hash.b2(length, context, event.bytes, code, key: key)
    }
}

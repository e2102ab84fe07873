import Encodings
public import Sodium
public import TicketModel
public import TrustFormat

/// A record with its device's signature: what is stored, uploaded and believed.
public struct SignedRecord: Hashable, Sendable {
    public let record: EntryRecord
    public let envelope: Envelope

    init(record: EntryRecord, envelope: Envelope) {
        self.record = record
        self.envelope = envelope
    }

    /// The name that the next record gives to this one.
    public var link: RecordLink { RecordLink(payload: envelope.payload) }

    /// Opens a record that is said to come from `device`.
    ///
    /// - Throws: `EnvelopeError` if that device's key did not sign these bytes, or if they are no
    ///   entry record, or name another device.
    public init(
        _ envelope: Envelope,
        device: DeviceName,
        key: PublicKey
    ) throws(EnvelopeError) {
        let fields = try envelope.opened(as: .entry, by: [key]).fields()
        do { record = try EntryRecord(fields) } catch { throw .field(error) }
        guard record.device == device else { throw .badSignature }
        self.envelope = envelope
    }

    /// Which log a record says it belongs to, read before its signature can be checked.
    ///
    /// Only for finding the key that must have signed it: nothing else may rest on it.
    public static func claimedOrigin(of envelope: Envelope) throws(EnvelopeError) -> LogName {
        let document: JSONValue
        do { document = try JSONReader.read(envelope.payload) } catch { throw .json(error) }
        do {
            let fields = try JSONFields(document)
            return LogName(
                device: try fields.parsed("dev") { DeviceName($0) },
                epoch: try fields.number("epoch")
            )
        } catch { throw .field(error) }
    }
}

/// The name of one log: a device, and how many logs it had before.
public struct LogName: Hashable, Sendable {
    public let device: DeviceName
    public let epoch: UInt32

    public init(device: DeviceName, epoch: UInt32) {
        self.device = device
        self.epoch = epoch
    }
}

package import TicketModel
package import TrustFormat

/// Why an upload of entry records is turned away as a whole; lines count from 1.
package enum UploadFault: Hashable, Sendable {
    case empty
    case tooManyRecords(Int)
    case tooLarge
    /// The line is no envelope, or what was signed is no entry record.
    case badLine(Int, EnvelopeError)
    /// The device's key did not sign this line.
    case badSignature(line: Int)
    /// No device has enrolled with the log that the first line names.
    case unknownLog(DeviceName, epoch: UInt32)
    /// One upload carries records of one log.
    case otherLog(line: Int)
    /// Sequence numbers must rise.
    case outOfOrder(line: Int)
}

import Encodings
import EntryLogFormat
import Foundation
import Sodium
import TicketModel
import TrustFormat
import VenueAPI

/// An upload of entry records, read but not yet stored: every signature in it holds.
struct LogUpload: Sendable {
    /// Records that one task verifies in a row.
    private static let verifiedAtOnce = 32

    let log: LogName
    let records: [SignedRecord]

    /// Cuts a body into lines and finds the log that the first one claims to belong to.
    static func open(
        _ body: [UInt8]
    ) throws(StoreError) -> (log: LogName, lines: [ArraySlice<UInt8>]) {
        guard body.count <= GateAPI.logBytesMax else { throw .upload(.tooLarge) }
        let lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        guard let first = lines.first else { throw .upload(.empty) }
        guard lines.count <= GateAPI.logBatchMax else {
            throw .upload(.tooManyRecords(lines.count))
        }
        do {
            let envelope = try Envelope(json: Array(first))
            return (try SignedRecord.claimedOrigin(of: envelope), lines)
        } catch { throw .upload(.badLine(1, error)) }
    }

    /// Verifies all lines with the key of the log's device, on all cores.
    init(
        _ lines: [ArraySlice<UInt8>],
        of log: LogName,
        key: PublicKey
    ) async throws(StoreError) {
        self.log = log
        let size = Self.verifiedAtOnce
        let starts = Array(stride(from: 0, to: lines.count, by: size))
        let results = await withTaskGroup(of: (Int, Result<[SignedRecord], StoreError>).self) {
            group in
            for (index, start) in starts.enumerated() {
                group.addTask {
                    let part = lines[start..<min(start + size, lines.count)]
                    return (index, Self.check(part, log, key))
                }
            }
            var results = [Result<[SignedRecord], StoreError>?](
                repeating: nil,
                count: starts.count
            )
            for await (index, result) in group { results[index] = result }
            return results
        }
        var records: [SignedRecord] = []
        records.reserveCapacity(lines.count)
        for case let result? in results { records += try result.get() }
        for (index, pair) in zip(records, records.dropFirst()).enumerated()
        where pair.1.record.sequence < pair.0.record.sequence {
            throw .upload(.outOfOrder(line: index + 2))
        }
        self.records = records
    }

    private static func check(
        _ lines: ArraySlice<ArraySlice<UInt8>>,
        _ log: LogName,
        _ key: PublicKey
    ) -> Result<[SignedRecord], StoreError> {
        var checked: [SignedRecord] = []
        checked.reserveCapacity(lines.count)
        for (index, line) in zip(lines.indices, lines) {
            do throws(EnvelopeError) {
                let envelope = try Envelope(json: Array(line))
                let record = try SignedRecord(envelope, device: log.device, key: key)
                guard record.record.epoch == log.epoch else {
                    return .failure(.upload(.otherLog(line: index + 1)))
                }
                checked.append(record)
            } catch {
                return .failure(.upload(fault(error, line, index + 1, log)))
            }
        }
        return .success(checked)
    }

    /// What to say of a line that does not open with the log's key.
    private static func fault(
        _ error: EnvelopeError,
        _ line: ArraySlice<UInt8>,
        _ number: Int,
        _ log: LogName
    ) -> UploadFault {
        guard case .badSignature = error else { return .badLine(number, error) }
        do throws(EnvelopeError) {
            let claimed = try SignedRecord.claimedOrigin(of: Envelope(json: Array(line)))
            return claimed == log ? .badSignature(line: number) : .otherLog(line: number)
        } catch { return .badLine(number, error) }
    }
}

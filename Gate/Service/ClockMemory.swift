import Encodings
import GateLogic
import GateStore
import TicketModel

/// What the journal remembers of the clock: the floor for good, the anchor for one boot.
extension Journal {
    /// The greatest central time that was stored; `nil` if none was.
    func clockFloor() throws(StorageFault) -> Timestamp? {
        guard let bytes = try state(.clockFloor), bytes.count == 8 else { return nil }
        return Timestamp(milliseconds: bytes.reduce(0) { $0 << 8 | Int64($1) })
    }

    func keep(clockFloor floor: Timestamp) throws(StorageFault) {
        try setState(.clockFloor, withUnsafeBytes(of: floor.milliseconds.bigEndian) { Array($0) })
    }

    /// The anchor that was stored in this boot; `nil` if none was.
    func clockAnchor(ofBoot bootID: String) throws(StorageFault) -> GateClock.Anchor? {
        guard let bytes = try state(.clockAnchor),
            // What cannot be read is as good as not stored: the clock is then untrusted.
            let document = try? JSONReader.read(bytes), document["boot"]?.string == bootID,
            let offset = document["offset"]?.integer,
            let uncertainty = document["u"]?.integer, uncertainty >= 0,
            let at = document["at"]?.integer,
            let basis = (document["basis"]?.string).flatMap({ GateClock.Basis(rawValue: $0) })
        else { return nil }
        return GateClock.Anchor(
            offset: offset,
            uncertainty: .milliseconds(uncertainty),
            at: at,
            basis: basis
        )
    }

    func keep(_ anchor: GateClock.Anchor, ofBoot bootID: String) throws(StorageFault) {
        let document = JSONValue.object([
            .init("boot", .string(bootID)),
            .init("offset", .integer(anchor.offset)),
            .init("u", .integer(anchor.uncertainty.milliseconds)),
            .init("at", .integer(anchor.at)),
            .init("basis", .string(anchor.basis.rawValue)),
        ])
        try setState(.clockAnchor, document.encoded)
    }
}

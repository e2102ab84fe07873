import Sodium

/// The additive hash of a manifest's content (PROTOCOL 5.1; LtHash of Lewi et al., 2019).
///
/// Rows can be added and removed in any order, in time proportional to the change, so central and
/// gates keep it up to date without reading a whole table.
public struct ContentHash: Hashable, Sendable {
    public static let lanes = 1024
    private static let context = Array("st1/content\0".utf8)

    private var sums: [UInt16]
    /// Rows in all five tables.
    public private(set) var rows: UInt64

    /// The hash of a manifest without rows.
    public init() {
        sums = [UInt16](repeating: 0, count: Self.lanes)
        rows = 0
    }

    public mutating func add(_ row: ManifestRow) {
        combine(row, &+=)
        rows += 1
    }

    /// Takes a row away that was added before; removing any other row gives a hash that no
    /// manifest has.
    public mutating func remove(_ row: ManifestRow) {
        combine(row, &-=)
        rows &-= 1
    }

    /// Adds all rows of another hash, so that parts of a table can be hashed side by side.
    public mutating func merge(_ other: ContentHash) {
        for lane in 0..<Self.lanes { sums[lane] &+= other.sums[lane] }
        rows += other.rows
    }

    /// The 32 bytes that central signs.
    public var content: [UInt8] {
        var count: [UInt8] = []
        withUnsafeBytes(of: rows.bigEndian) { count += $0 }
        return Hash.b2(32, Self.context, Array(state.prefix(2048)), count)
    }

    /// Lane sums as little-endian words, then the row count: what a gate keeps in `local`.
    public var state: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.lanes * 2 + 8)
        for sum in sums {
            bytes.append(UInt8(truncatingIfNeeded: sum))
            bytes.append(UInt8(truncatingIfNeeded: sum >> 8))
        }
        withUnsafeBytes(of: rows.bigEndian) { bytes += $0 }
        return bytes
    }

    /// Takes up a stored ``state``; `nil` if its length is wrong.
    public init?(state: [UInt8]) {
        guard state.count == Self.lanes * 2 + 8 else { return nil }
        sums = (0..<Self.lanes).map { UInt16(state[2 * $0]) | UInt16(state[2 * $0 + 1]) << 8 }
        rows = state.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func combine(
        _ row: ManifestRow,
        _ operation: (inout SIMD32<UInt16>, SIMD32<UInt16>) -> Void
    ) {
        withUnsafeTemporaryAllocation(byteCount: Self.lanes * 2, alignment: 64) { stream in
            KeyStream.fill(stream, key: row.key)
            sums.withUnsafeMutableBytes { sums in
                for offset in stride(from: 0, to: Self.lanes * 2, by: 64) {
                    let lanes = stream.loadUnaligned(
                        fromByteOffset: offset,
                        as: SIMD32<UInt16>.self
                    )
                    var sum = sums.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt16>.self)
                    operation(&sum, lanes)
                    sums.storeBytes(of: sum, toByteOffset: offset, as: SIMD32<UInt16>.self)
                }
            }
        }
    }
}

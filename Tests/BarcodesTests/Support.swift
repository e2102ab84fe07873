/// The checksum that closes every PNG chunk, to forge headers that libpng believes.
enum PNGChecksum {
    static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}

/// Just enough of a JPEG for its header to be believed.
enum TinyJPEG {
    static func header(width: UInt16, height: UInt16) -> [UInt8] {
        var file: [UInt8] = [0xFF, 0xD8]
        file += [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 16, count: 64)
        file += [0xFF, 0xC0, 0, 11, 8]
        file += [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)]
        file += [1, 1, 0x11, 0]
        file += [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]
        return file + [0xFF, 0xD9]
    }
}

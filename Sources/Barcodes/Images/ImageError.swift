/// Why bytes that should be a picture cannot be used as one.
package enum ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Neither a PNG nor a JPEG: the first bytes are not those of either.
    case notAnImage
    /// More bytes than ``ImageLimits/fileBytesMax``.
    case fileTooLarge(bytes: Int)
    /// More pixels than ``ImageLimits/pixelsMax``, or a side longer than ``ImageLimits/sideMax``.
    case tooLarge(width: Int, height: Int)
    /// A side shorter than ``ImageLimits/sideMin``: no code fits.
    case tooSmall(width: Int, height: Int)
    /// The file says it is a picture, but its contents break off or contradict themselves.
    ///
    /// The reason is the decoding library's own sentence.
    case damaged(reason: String)

    package var description: String {
        switch self {
        case .notAnImage:
            "not a PNG or JPEG file"
        case .fileTooLarge(let bytes):
            "file of \(bytes) bytes is over the limit of \(ImageLimits.fileBytesMax)"
        case .tooLarge(let width, let height):
            "picture of \(width)×\(height) is over the limit of \(ImageLimits.pixelsMax) pixels"
                + " or \(ImageLimits.sideMax) a side"
        case .tooSmall(let width, let height):
            "picture of \(width)×\(height) is under \(ImageLimits.sideMin) pixels a side"
        case .damaged(let reason):
            "damaged picture: \(reason)"
        }
    }
}

/// What a picture may cost before it is decoded.
package enum ImageLimits {
    /// Pixels, width times height; a 40 megapixel camera is more than any gate has.
    package static let pixelsMax = 40_000_000
    /// Pixels; also keeps every index of an image far inside 32 bits.
    package static let sideMax = 16_384
    /// Pixels; the smallest QR code has 21 modules a side.
    package static let sideMin = 21
    /// Bytes of a file; an uncompressed 16-bit PNG of a 5 megapixel camera still fits.
    package static let fileBytesMax = 32 << 20
}

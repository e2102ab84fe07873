/// One code that was read.
package struct Symbol: Hashable, Sendable {
    package let symbology: Symbology
    /// What the code says, byte for byte.
    ///
    /// A QR code that names a character set (ECI) is the one exception: zbar hands over UTF-8.
    package let bytes: [UInt8]
    /// The code's outline in the image that was given.
    ///
    /// Four corners for QR; for other kinds zbar's sample of places along the code.
    package let outline: [ImagePoint]
    /// zbar's confidence: higher is better, only comparable within a symbology.
    ///
    /// For bar codes the number of scan lines that agree.
    package let quality: Int

    package init(symbology: Symbology, bytes: [UInt8], outline: [ImagePoint], quality: Int) {
        self.symbology = symbology
        self.bytes = bytes
        self.outline = outline
        self.quality = quality
    }

    /// The same symbol with its outline carried to another image.
    func moved(by map: Affine) -> Symbol {
        Symbol(
            symbology: symbology,
            bytes: bytes,
            outline: outline.map { map($0) },
            quality: quality
        )
    }

    /// The bytes as text, if they are UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    /// The smallest upright box around the outline; `nil` when zbar gave no place.
    package var bounds: ImageBox? {
        guard let first = outline.first else { return nil }
        var (low, high) = (first, first)
        for point in outline {
            low = ImagePoint(x: min(low.x, point.x), y: min(low.y, point.y))
            high = ImagePoint(x: max(high.x, point.x), y: max(high.y, point.y))
        }
        return ImageBox(
            x: low.x,
            y: low.y,
            width: high.x - low.x + 1,
            height: high.y - low.y + 1
        )
    }
}

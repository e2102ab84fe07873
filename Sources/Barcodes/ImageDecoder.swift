/// Reads the codes in PNG and JPEG files: file, grey picture, ladder.
package struct ImageDecoder: Hashable, Sendable {
    package let ladder: DecodingLadder

    package init(_ symbologies: Symbologies = .qrOnly) { ladder = DecodingLadder(symbologies) }

    /// The codes in one file.
    ///
    /// A readable picture without a code is no error: its ``DecodedImage/symbols`` are empty.
    package func decode(
        _ bytes: [UInt8],
        mode: DecodingLadder.Mode = .still
    ) throws(ImageError) -> DecodedImage {
        let file = try ImageFile(bytes: bytes)
        let reading = ladder.read(file.image, mode: mode)
        return DecodedImage(
            format: file.format,
            width: file.image.width,
            height: file.image.height,
            complaint: file.complaint,
            symbols: reading.symbols,
            rung: reading.rung,
            elapsed: reading.elapsed
        )
    }
}

/// What one picture file holds.
package struct DecodedImage: Hashable, Sendable {
    package let format: ImageFormat
    package let width: Int
    package let height: Int
    /// Damage that the file's decoder worked around; see ``ImageFile/complaint``.
    package let complaint: String?
    package let symbols: [Symbol]
    /// The attempt that found the symbols; `nil` when there are none.
    package let rung: Rung?
    /// Time spent looking for codes, the file's own decoding not counted.
    package let elapsed: Duration
}

import CPNG

/// PNG files in memory through libpng's simplified interface.
///
/// That interface reports failure by return value: its error jumps start and end inside
/// libpng, and none of our code runs between.
enum PNG {
    /// Grey pixels of a PNG file; what is transparent becomes white.
    static func decode(_ bytes: [UInt8]) throws(ImageError) -> GreyImage {
        var control = png_image()
        control.version = png_uint_32(PNG_IMAGE_VERSION)
        // Does nothing after a finished read; frees what an early exit leaves behind.
        defer { png_image_free(&control) }
        let result: Result<GreyImage, ImageError> = bytes.withUnsafeBytes { raw in
            guard png_image_begin_read_from_memory(&control, raw.baseAddress, raw.count) != 0
            else { return .failure(.damaged(reason: message(control))) }
            let width = Int(control.width)
            let height = Int(control.height)
            do throws(ImageError) {
                try GreyImage.checkSize(width: width, height: height)
            } catch {
                return .failure(error)
            }
            control.format = png_uint_32(PNG_FORMAT_GRAY)
            var white = png_color(red: 255, green: 255, blue: 255)
            // Filled beforehand, so that a read that stops early leaves no unset byte.
            var pixels = [UInt8](repeating: 255, count: width * height)
            guard png_image_finish_read(&control, &white, &pixels, png_int_32(width), nil) != 0
            else { return .failure(.damaged(reason: message(control))) }
            return .success(GreyImage(width: width, height: height, pixels: pixels))
        }
        return try result.get()
    }

    /// A black and white PNG file, one bit a pixel.
    ///
    /// `inked` has one byte a pixel, 1 for black and 0 for white.
    static func encode(inked: [UInt8], width: Int, height: Int) throws(ImageError) -> [UInt8] {
        precondition(inked.count == width * height, "one byte a pixel")
        var control = png_image()
        control.version = png_uint_32(PNG_IMAGE_VERSION)
        control.width = png_uint_32(width)
        control.height = png_uint_32(height)
        control.format = png_uint_32(PNG_FORMAT_GRAY) | png_uint_32(PNG_FORMAT_FLAG_COLORMAP)
        // Two palette entries make libpng pack eight pixels into a byte.
        let palette: [UInt8] = [255, 0]
        control.colormap_entries = png_uint_32(palette.count)
        defer { png_image_free(&control) }
        // Deflate never grows its input by more than this, and headers are short.
        var file = [UInt8](repeating: 0, count: width * height + height + 4096)
        var size = file.count
        let done = png_image_write_to_memory(
            &control,
            &file,
            &size,
            0,
            inked,
            png_int_32(width),
            palette
        )
        guard done != 0 else { throw .damaged(reason: message(control)) }
        file.removeLast(file.count - size)
        return file
    }

    private static func message(_ control: png_image) -> String {
        withUnsafeBytes(of: control.message) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

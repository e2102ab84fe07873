/// Which kind of picture a file holds, told by its first bytes and never by its name.
package enum ImageFormat: String, Hashable, Sendable {
    case png
    case jpeg

    /// The format whose magic bytes start the file, if it is one we read.
    package init?(of bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else {
            return nil
        }
    }
}

/// A picture read from a file, with what the reader had to overlook.
package struct ImageFile: Hashable, Sendable {
    package let format: ImageFormat
    package let image: GreyImage
    /// The JPEG library's complaint about data it could work around, such as a missing end.
    ///
    /// Half a picture may well hold a whole code, so this is not an error by itself.
    package let complaint: String?

    /// Reads a PNG or JPEG file.
    ///
    /// Colour becomes luma; what is transparent becomes white.
    /// - Throws: ``ImageError``; no input crashes or costs more than ``ImageLimits`` allows.
    package init(bytes: [UInt8]) throws(ImageError) {
        guard bytes.count <= ImageLimits.fileBytesMax else {
            throw .fileTooLarge(bytes: bytes.count)
        }
        guard let format = ImageFormat(of: bytes) else { throw .notAnImage }
        self.format = format
        switch format {
        case .png:
            image = try PNG.decode(bytes)
            complaint = nil
        case .jpeg:
            (image, complaint) = try JPEG.decode(bytes)
        }
    }
}

extension GreyImage {
    /// The grey picture in a PNG or JPEG file, survivable damage overlooked.
    package static func decode(bytes: [UInt8]) throws(ImageError) -> GreyImage {
        try ImageFile(bytes: bytes).image
    }
}

import CTurboJPEG

/// JPEG files in memory through libjpeg-turbo, the luma plane straight out.
///
/// TurboJPEG reports failure by return value: its error jumps stay inside the library.
enum JPEG {
    /// Luma of a JPEG file, and the library's complaint when it had to work around damage.
    static func decode(_ bytes: [UInt8]) throws(ImageError) -> (GreyImage, complaint: String?) {
        guard let handle = tjInitDecompress() else {
            throw .damaged(reason: "the JPEG library did not start")
        }
        defer { tjDestroy(handle) }
        let count = UInt(bytes.count)
        var width: Int32 = 0
        var height: Int32 = 0
        var subsampling: Int32 = 0
        var colourSpace: Int32 = 0
        let header = tjDecompressHeader3(
            handle,
            bytes,
            count,
            &width,
            &height,
            &subsampling,
            &colourSpace
        )
        guard header == 0 || isWarning(handle), width > 0, height > 0 else {
            throw .damaged(reason: message(handle))
        }
        try GreyImage.checkSize(width: Int(width), height: Int(height))
        // Filled beforehand, so that a read that stops early leaves no unset byte.
        var pixels = [UInt8](repeating: 255, count: Int(width) * Int(height))
        // Without the limit on scans a small progressive file can take minutes.
        let flags = Int32(TJFLAG_LIMITSCANS)
        let status = tjDecompress2(
            handle,
            bytes,
            count,
            &pixels,
            width,
            width,
            height,
            Int32(TJPF_GRAY.rawValue),
            flags
        )
        let complaint = status == 0 ? nil : message(handle)
        guard status == 0 || isWarning(handle) else {
            throw .damaged(reason: complaint ?? "unknown")
        }
        return (GreyImage(width: Int(width), height: Int(height), pixels: pixels), complaint)
    }

    private static func isWarning(_ handle: tjhandle) -> Bool {
        tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue)
    }

    private static func message(_ handle: tjhandle) -> String {
        guard let text = tjGetErrorStr2(handle) else { return "unknown" }
        return String(cString: text)
    }
}

import CQREncode
import Foundation

/// One call into libqrencode.
enum QREncoder {
    struct Matrix {
        let version: Int
        let side: Int
        let modules: [UInt8]
    }

    /// Encodes the bytes as one segment.
    ///
    /// `version` is the smallest to use, 0 for any; libqrencode goes up when it must.
    static func encode(
        _ bytes: [UInt8],
        _ mode: QRCode.Mode,
        version: Int,
        level: ErrorCorrection.Level
    ) throws(QRCodeError) -> Matrix {
        guard let input = QRinput_new2(Int32(version), level.qrencode) else { throw failure() }
        defer { QRinput_free(input) }
        guard QRinput_append(input, mode.qrencode, Int32(bytes.count), bytes) == 0 else {
            throw failure()
        }
        guard let code = QRcode_encodeInput(input) else { throw failure() }
        defer { QRcode_free(code) }
        let side = Int(code.pointee.width)
        // The lowest bit is the colour; the others say what a module is part of.
        let modules = UnsafeBufferPointer(start: code.pointee.data, count: side * side)
            .map { $0 & 1 }
        return Matrix(version: Int(code.pointee.version), side: side, modules: modules)
    }

    private static func failure() -> QRCodeError {
        .library(String(cString: strerror(errno)))
    }
}

extension QRCode.Mode {
    fileprivate var qrencode: QRencodeMode {
        switch self {
        case .numeric: QR_MODE_NUM
        case .alphanumeric: QR_MODE_AN
        case .byte: QR_MODE_8
        }
    }
}

extension ErrorCorrection.Level {
    fileprivate var qrencode: QRecLevel {
        switch self {
        case .low: QR_ECLEVEL_L
        case .medium: QR_ECLEVEL_M
        case .quartile: QR_ECLEVEL_Q
        case .high: QR_ECLEVEL_H
        }
    }
}

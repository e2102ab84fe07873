import CZBar

/// Owns one zbar image scanner.
///
/// zbar carries its random generator and recycled symbols from one scan to the next, so what a
/// scanner answers about a picture can depend on the pictures before. ``CodeReader`` says what
/// follows from that.
package struct ZBarScanner: ~Copyable {
    private let scanner: OpaquePointer

    /// Looks for `symbologies` on every `density`-th row and column.
    package init(_ symbologies: Symbologies, density: Int) {
        guard let scanner = zbar_image_scanner_create() else {
            preconditionFailure("zbar: out of memory")
        }
        self.scanner = scanner
        // 0 stands for every symbology: all off, then those that the event uses.
        zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0)
        for kind in symbologies.kinds {
            zbar_image_scanner_set_config(scanner, kind.zbarType, ZBAR_CFG_ENABLE, 1)
        }
        // Off, zbar guesses a character set for byte mode and may rewrite the bytes.
        zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1)
        zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_X_DENSITY, Int32(density))
        zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY, Int32(density))
    }

    deinit { zbar_image_scanner_destroy(scanner) }

    /// Every code found in the image, in zbar's order.
    package borrowing func scan(_ image: GreyImage) -> [Symbol] {
        guard let frame = zbar_image_create() else { preconditionFailure("zbar: out of memory") }
        defer { zbar_image_destroy(frame) }
        zbar_image_set_format(frame, zbar_fourcc_parse("Y800"))
        zbar_image_set_size(frame, UInt32(image.width), UInt32(image.height))
        return image.withPixels { pixels in
            // No clean-up handler: the pixels stay ours and outlive this closure's work.
            zbar_image_set_data(frame, pixels, UInt(image.pixels.count), nil)
            defer { zbar_image_set_data(frame, nil, 0, nil) }
            guard zbar_scan_image(scanner, frame) > 0 else { return [] }
            var symbols: [Symbol] = []
            var next = zbar_image_first_symbol(frame)
            while let current = next {
                if let symbol = Symbol(zbar: current), symbol.isCredible {
                    symbols.append(symbol)
                }
                next = zbar_symbol_next(current)
            }
            return symbols
        }
    }
}

extension Symbol {
    /// Scan lines that must agree on a bar code; noise imitates one line now and then.
    private static let linesMin = 3

    /// Whether enough of the image supports the symbol; QR codes carry their own proof.
    fileprivate var isCredible: Bool { symbology == .qr || quality >= Self.linesMin }

    /// Copies a symbol out of zbar's memory; `nil` for the kinds we do not ask for.
    fileprivate init?(zbar symbol: OpaquePointer) {
        let type = zbar_symbol_get_type(symbol)
        guard let kind = Symbology.allCases.first(where: { $0.zbarType == type }),
            let data = zbar_symbol_get_data(symbol)
        else { return nil }
        let count = Int(zbar_symbol_get_data_length(symbol))
        let bytes = UnsafeRawBufferPointer(start: data, count: count)
        let outline = (0..<zbar_symbol_get_loc_size(symbol)).map { index in
            ImagePoint(
                x: Int(zbar_symbol_get_loc_x(symbol, index)),
                y: Int(zbar_symbol_get_loc_y(symbol, index))
            )
        }
        self.init(
            symbology: kind,
            bytes: [UInt8](bytes),
            outline: outline,
            quality: Int(zbar_symbol_get_quality(symbol))
        )
    }
}

extension Symbology {
    fileprivate var zbarType: zbar_symbol_type_t {
        switch self {
        case .qr: ZBAR_QRCODE
        case .code128: ZBAR_CODE128
        case .ean13: ZBAR_EAN13
        case .ean8: ZBAR_EAN8
        case .itf: ZBAR_I25
        }
    }
}

import ArgumentParser
import Barcodes
import Encodings
import Platform
import TicketModel

/// Reads the codes in image files.
struct Decode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the codes in PNG and JPEG files: one line per code.",
        discussion: "Ends with status 1 if some file has no code or cannot be read."
    )

    @Argument(help: "Image files.")
    var files: [String]

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    @Option(help: "Further kinds of code besides QR: code128, ean, itf; or all.")
    var codes: [String] = []

    func run() async throws {
        let decoder = ImageDecoder(try SymbologyNames.parse(codes))
        var isComplete = true
        for file in files {
            do {
                let bytes = try AtomicFile.read(file, bytesMax: ImageLimits.fileBytesMax)
                let image = try decoder.decode(bytes)
                let milliseconds = image.elapsed.milliseconds
                for symbol in image.symbols { show(symbol, in: file, milliseconds) }
                if image.symbols.isEmpty {
                    isComplete = false
                    showNothing(in: file, milliseconds, reason: "no code found")
                }
            } catch {
                isComplete = false
                showNothing(in: file, nil, reason: "\(error)")
            }
        }
        guard isComplete else { throw ExitCode.failure }
    }

    private func show(_ symbol: Symbol, in file: String, _ milliseconds: Int64) {
        // What is no UTF-8 is shown byte by byte, so that no code can play tricks on a terminal.
        let text = symbol.text ?? Hex.encode(symbol.bytes)
        guard json else {
            print("\(file)\t\(symbol.symbology.rawValue)\t\(printable(text))\t\(milliseconds) ms")
            return
        }
        Output.line([
            .init("file", .string(file)),
            .init("type", .string(symbol.symbology.rawValue)),
            .init("text", symbol.text.map { .string($0) } ?? .null),
            .init("hex", .string(Hex.encode(symbol.bytes))),
            .init("ms", .integer(milliseconds)),
        ])
    }

    private func showNothing(in file: String, _ milliseconds: Int64?, reason: String) {
        guard json else {
            Output.complain("\(file): \(reason)")
            return
        }
        Output.line([
            .init("file", .string(file)),
            .init("type", .null),
            .init("error", .string(reason)),
            .init("ms", milliseconds.map { .integer($0) } ?? .null),
        ])
    }

    private func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "·" : $0 }
            )
        )
    }
}

/// The names of the kinds of code in settings and options.
enum SymbologyNames {
    static func parse(_ names: [String]) throws(CommandFailure) -> Symbologies {
        var symbologies = Symbologies.qrOnly
        for name in names {
            switch name {
            case "qr": break
            case "code128": symbologies.insert(.code128)
            case "ean": symbologies.insert(.ean)
            case "itf": symbologies.insert(.itf)
            case "all": symbologies.formUnion(.all)
            default:
                throw CommandFailure("'\(name)' is no kind of code: qr, code128, ean, itf or all")
            }
        }
        return symbologies
    }
}

import BarcodeSamples
import Barcodes
import Foundation

/// One set of pictures through plain zbar, the ladder, and the real `zbarimg`.
struct SetBench {
    private let set: SampleSet

    init(_ set: SampleSet) { self.set = set }

    /// What one reader made of the set.
    private struct Tally {
        var read = 0
        var missed: [String] = []
        var wrong: [String] = []
        var times = Times()

        mutating func note(_ texts: [String?], of sample: Sample) {
            if sample.isRead(texts) { read += 1 } else { missed.append(sample.name) }
            wrong += sample.wrong(texts).map { "\(sample.name): \($0)" }
        }

        func row(_ name: String, of count: Int, timed: Bool = true) -> String {
            let share = "\(read)/\(count)".left(10)
            let cost = timed ? times.median.shown() + times.percentile(0.95).shown() : ""
            return "  " + name.left(26) + share + "\(wrong.count)".left(6) + cost
        }
    }

    func run() throws {
        var plain = Tally()
        var ladder = Tally()
        var peer = Tally()
        var hits: [Rung: Int] = [:]
        for sample in set.samples {
            let bytes = try sample.bytes()
            let image = try GreyImage.decode(bytes: bytes)
            let symbols = plain.times.measure { CodeReader().read(image) }
            plain.note(symbols.map(\.text), of: sample)
            let reading = DecodingLadder().read(image)
            ladder.times.add(reading.elapsed)
            ladder.note(reading.symbols.map(\.text), of: sample)
            if let rung = reading.rung { hits[rung, default: 0] += 1 }
            let output = ZBarImg.output(for: sample)
            if sample.expected.contains(where: { ZBarImg.lists($0, in: output) }) {
                peer.read += 1
            }
        }
        let count = set.samples.count
        print("\n\(set.name): \(count) pictures, QR only")
        print("  " + "reader".left(26) + "read".left(10) + "wrong     median     p95 ms")
        print(plain.row("zbar, whole picture", of: count))
        print(ladder.row("ladder", of: count))
        if ZBarImg.isPresent {
            print("  " + "zbarimg".left(26) + "\(peer.read)/\(count)")
        } else {
            print("  zbarimg is not installed (Debian package zbar-tools)")
        }
        print("  hits per rung:")
        for rung in Rung.allCases where hits[rung] != nil {
            print("    " + rung.rawValue.left(24) + "\(hits[rung] ?? 0)")
        }
        print("  the ladder misses: \(ladder.missed.joined(separator: " "))")
        for text in ladder.wrong { print("  WRONG \(text)") }
    }
}

/// Debian's own command, the peer of the same library.
enum ZBarImg {
    private static let path = "/usr/bin/zbarimg"

    static var isPresent: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// What it prints about a file: each code's text and a line end.
    static func output(for sample: Sample) -> String {
        guard isPresent else { return "" }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = [
            "-q", "--raw", "-Sdisable", "-Sqrcode.enable", sample.file.path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        // A peer that cannot be started has read nothing.
        guard (try? process.run()) != nil else { return "" }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    /// Whether the text stands whole between line ends; texts may hold line ends themselves.
    static func lists(_ text: String, in output: String) -> Bool {
        ("\n" + output).contains("\n" + text + "\n")
    }
}

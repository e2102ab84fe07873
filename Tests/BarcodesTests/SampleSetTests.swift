import BarcodeSamples
import Testing

@testable import Barcodes

/// Says so when there is nothing to test with.
private let sampleSetsArePresent: Bool = {
    if !SampleSet.arePresent {
        print("SKIPPED: no image sets at \(SampleSet.folderPath); set STILE_SHARED")
    }
    return SampleSet.arePresent
}()

/// These read ../shared/images (or STILE_SHARED/images), which is not part of the project.
@Suite("Photographs and renderings of codes", .enabled(if: sampleSetsArePresent))
struct SampleSetTests {
    private struct Outcome: Sendable {
        var read = 0
        var plainRead = 0
        var wrong: [String] = []
        var missed: [String] = []
    }

    /// Two tasks share the pictures: a gate's smallest machine has two cores, as has CI.
    private func outcome(of set: SampleSet) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            for half in 0..<2 {
                group.addTask {
                    var outcome = Outcome()
                    for index in stride(from: half, to: set.samples.count, by: 2) {
                        let sample = set.samples[index]
                        let decoded = try ImageDecoder().decode(sample.bytes())
                        let texts = decoded.symbols.map(\.text)
                        if sample.isRead(texts) {
                            outcome.read += 1
                        } else {
                            outcome.missed.append(sample.name)
                        }
                        outcome.wrong += sample.wrong(texts)
                        let image = try GreyImage.decode(bytes: sample.bytes())
                        if sample.isRead(CodeReader().read(image).map(\.text)) {
                            outcome.plainRead += 1
                        }
                    }
                    return outcome
                }
            }
            return try await group.reduce(into: Outcome()) { whole, half in
                whole.read += half.read
                whole.plainRead += half.plainRead
                whole.wrong += half.wrong
                whole.missed += half.missed
            }
        }
    }

    // What a first ladder reached was 118 and 59, plain zbar 83 and 43.
    @Test(
        "the ladder reads far more than zbar alone, and nothing that is not there",
        arguments: [("phone", 130, 121), ("photos", 67, 62)]
    )
    func ladder(name: String, count: Int, atLeast: Int) async throws {
        let set = try SampleSet(name)
        let outcome = try await outcome(of: set)
        print(
            "\(name): ladder \(outcome.read), zbar alone \(outcome.plainRead),"
                + " of \(set.samples.count); missed \(outcome.missed)"
        )
        #expect(set.samples.count == count)
        #expect(outcome.read >= atLeast)
        #expect(outcome.read >= outcome.plainRead + count / 5)
        #expect(outcome.wrong.isEmpty)
    }

    @Test("a JPEG cut off or altered anywhere is read in part or refused, never worse")
    func cutJPEG() throws {
        let sample = try #require(SampleSet("phone").samples.first)
        let file = try sample.bytes()
        for length in stride(from: 3, to: file.count, by: max(1, file.count / 60)) {
            let outcome = Result { try ImageFile(bytes: Array(file[..<length])) }
            if case .success(let image) = outcome { #expect(image.complaint != nil) }
        }
        var noise = Noise(seed: 3)
        for _ in 0..<60 {
            var altered = file
            for _ in 0..<20 { altered[3 + noise.below(file.count - 3)] = noise.byte() }
            // Either outcome is right; what is tested is that one of them comes.
            let image = try? GreyImage.decode(bytes: altered)
            #expect(image.map { $0.pixels.count == $0.width * $0.height } ?? true)
        }
    }
}

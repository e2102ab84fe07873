import Foundation
import GateScanners
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@Suite("Images in a watched folder", .timeLimit(.minutes(1)))
struct FolderTests {
    private struct NoImage: Error {}

    /// Runs a folder scanner while `work` puts files there; a file's "code" is its content.
    private func withScanner(
        _ scratch: ScratchFolder,
        _ lane: RecordingLane,
        _ work: @escaping @Sendable () async throws -> Void
    ) async throws {
        let scanner = FolderScanner(
            name: "test",
            folder: scratch.file("in"),
            // However slow this machine is, no pause of a writer counts as its end.
            settledSeconds: 3600,
            logger: silent,
            reader: { bytes in
                if bytes == Array("broken".utf8) { throw NoImage() }
                return bytes.isEmpty ? [] : [bytes]
            },
            handler: lane.scan
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await scanner.run() }
            #expect(
                try await eventually {
                    FileManager.default.fileExists(atPath: scratch.file("in/failed"))
                }
            )
            try await work()
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test("what lay there, what is written and what is moved in is read once each")
    func complete() async throws {
        let scratch = try ScratchFolder()
        _ = try scratch.folder("in")
        try #require(ScratchFolder.write("early", to: scratch.file("in/early.png")))
        let lane = RecordingLane()
        try await withScanner(scratch, lane) {
            #expect(try await lane.hasSeen(1))
            try #require(ScratchFolder.write("written", to: scratch.file("in/written.JPG")))
            #expect(try await lane.hasSeen(2))
            try #require(ScratchFolder.write("moved", to: scratch.file("moved")))
            try FileManager.default.moveItem(
                atPath: scratch.file("moved"),
                toPath: scratch.file("in/moved.jpeg")
            )
            #expect(try await lane.hasSeen(3))
            #expect(
                try await eventually { try names(scratch.file("in/done")).count == 3 }
            )
        }
        #expect(lane.texts == ["early", "written", "moved"].map { Array($0.utf8) })
        #expect(try names(scratch.file("in")) == ["done", "failed"])
    }

    @Test("a file that is still being written waits until its writer closes it")
    func partial() async throws {
        let scratch = try ScratchFolder()
        let lane = RecordingLane()
        try await withScanner(scratch, lane) {
            let path = scratch.file("in/slow.png")
            try #require(FileManager.default.createFile(atPath: path, contents: nil))
            // The empty file was complete when it was made; from here on one writer holds it open.
            #expect(try await eventually { try names(scratch.file("in/failed")) == ["slow.png"] })
            try FileManager.default.removeItem(atPath: scratch.file("in/failed/slow.png"))
            let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try file.write(contentsOf: Data("half".utf8))
            #expect(FolderScanner.isBeingWritten(path))
            try await Task.sleep(for: .milliseconds(100))
            #expect(lane.texts.isEmpty)
            try file.write(contentsOf: Data(" and half".utf8))
            try file.close()
            #expect(try await lane.hasSeen(1))
        }
        #expect(lane.texts == [Array("half and half".utf8)])
    }

    @Test("no image, no code, other files: put aside or left alone, and the next one is read")
    func failures() async throws {
        let scratch = try ScratchFolder()
        let lane = RecordingLane()
        try await withScanner(scratch, lane) {
            try #require(ScratchFolder.write("broken", to: scratch.file("in/broken.png")))
            try #require(ScratchFolder.write("notes", to: scratch.file("in/notes.txt")))
            try #require(ScratchFolder.write("hidden", to: scratch.file("in/.hidden.png")))
            try #require(ScratchFolder.write("good", to: scratch.file("in/good.png")))
            #expect(try await lane.hasSeen(1))
        }
        #expect(lane.texts == [Array("good".utf8)])
        #expect(try names(scratch.file("in/failed")) == ["broken.png"])
        #expect(try names(scratch.file("in")) == [".hidden.png", "done", "failed", "notes.txt"])
    }

    @Test("a folder that goes away is a failure, for the supervisor to start again")
    func folderGone() async throws {
        let scratch = try ScratchFolder()
        let lane = RecordingLane()
        let board = ScannerBoard()
        let scanner = FolderScanner(
            name: "test",
            folder: scratch.file("in"),
            logger: silent,
            reader: { [$0] },
            handler: lane.scan
        )
        let supervisor = ScannerSupervisor(scanner, board: board, logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await supervisor.run() }
            let done = scratch.file("in/done")
            #expect(
                try await eventually { FileManager.default.fileExists(atPath: done) }
            )
            try FileManager.default.removeItem(atPath: scratch.file("in"))
            #expect(try await eventually { board.all.first?.entry.failures == 1 })
            // Started again, it makes the folder anew and reads on.
            #expect(
                try await eventually { FileManager.default.fileExists(atPath: done) }
            )
            try #require(ScratchFolder.write("again", to: scratch.file("in/again.png")))
            #expect(try await lane.hasSeen(1))
            group.cancelAll()
            try? await group.waitForAll()
        }
    }
}

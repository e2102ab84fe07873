import Glibc
package import Logging
import NIOPosix
import Platform

/// Reads codes from images that appear in a folder: for cameras that write files, and for
/// rehearsals.
///
/// A file counts as complete when its writer has closed it or has moved it in. It is read once,
/// then moved to `done/` or, without a code in it, to `failed/`.
package struct FolderScanner: CodeScanner {
    /// The codes of one image, or why it is none.
    package typealias ImageReader = @Sendable (_ file: [UInt8]) throws -> [[UInt8]]

    package static let fileBytesMax = 32 << 20
    /// Files of one look into the folder.
    package static let filesMax = 10_000
    /// The folder is looked through when no notice came for so long: some file systems give none.
    package static let rescanMilliseconds: Int32 = 500
    /// A file without notice is complete when nothing has changed it for this long.
    package static let settledSeconds = 5

    package let name: String
    private let folder: String
    private let settledSeconds: Int
    private let logger: Logger
    private let reader: ImageReader
    private let handler: ScanHandler

    package init(
        name: String,
        folder: String,
        settledSeconds: Int = Self.settledSeconds,
        logger: Logger,
        reader: @escaping ImageReader,
        handler: @escaping ScanHandler
    ) {
        self.name = name
        self.folder = folder
        self.settledSeconds = settledSeconds
        self.logger = logger
        self.reader = reader
        self.handler = handler
    }

    package func run() async throws {
        for path in [folder, folder + "/done", folder + "/failed"]
        where mkdir(path, 0o755) != 0 && errno != EEXIST {
            throw ScannerFailure("\(path): \(String(cString: strerror(errno)))")
        }
        let watch = try FolderWatch(folder)
        defer { watch.close() }
        // What lies there at the start was complete before this gate looked.
        for file in try Self.files(in: folder, settledFor: 0) { await take(file) }
        while true {
            try Task.checkCancellation()
            let notices = try await NIOThreadPool.singleton.runIfActive { try watch.wait() }
            for file in notices.files { await take(file) }
            if notices.isRescanDue {
                for file in try Self.files(in: folder, settledFor: settledSeconds) {
                    await take(file)
                }
            }
        }
    }

    private func take(_ file: String) async {
        let path = "\(folder)/\(file)"
        // A late notice may be about an earlier file of this name; when this one is closed, there
        // will be another.
        guard !Self.isBeingWritten(path) else { return }
        let codes: [[UInt8]]
        do {
            // Decoding takes milliseconds to tenths of seconds: not on the threads of the lanes.
            codes = try await NIOThreadPool.singleton.runIfActive {
                try reader(AtomicFile.read(path, bytesMax: Self.fileBytesMax))
            }
        } catch let error as FileError where error.number == ENOENT {
            return
        } catch {
            logger.warning(
                "image not read",
                metadata: ["scanner": "\(name)", "file": "\(file)", "error": "\(error)"]
            )
            put(file, in: "failed")
            return
        }
        // Out of the way first: a gate that stops here must not show the same image again.
        put(file, in: codes.isEmpty ? "failed" : "done")
        for code in codes { _ = await handler(code) }
    }

    private func put(_ file: String, in subfolder: String) {
        guard rename("\(folder)/\(file)", "\(folder)/\(subfolder)/\(file)") != 0 else { return }
        logger.error(
            "image cannot be moved",
            metadata: [
                "scanner": "\(name)", "file": "\(file)",
                "error": "\(String(cString: strerror(errno)))",
            ]
        )
        // Left where it is, it would be read for ever.
        unlink("\(folder)/\(file)")
    }

    /// Plain files, oldest first, that nobody has changed for some seconds.
    static func files(in folder: String, settledFor seconds: Int) throws -> [String] {
        guard let directory = opendir(folder) else {
            throw ScannerFailure("\(folder): \(String(cString: strerror(errno)))")
        }
        defer { closedir(directory) }
        var found: [(name: String, changed: timespec)] = []
        let now = time(nil)
        while found.count < filesMax, let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var status = stat()
            guard isImageName(name), stat("\(folder)/\(name)", &status) == 0,
                status.st_mode & S_IFMT == S_IFREG, now - status.st_mtim.tv_sec >= seconds
            else { continue }
            found.append((name, status.st_mtim))
        }
        return found.sorted {
            ($0.changed.tv_sec, $0.changed.tv_nsec, $0.name)
                < ($1.changed.tv_sec, $1.changed.tv_nsec, $1.name)
        }.map(\.name)
    }

    /// Whether some process has the file open for writing: then the kernel grants no read lease.
    ///
    /// `false` where leases are not to be had, as on network file systems; there a file's age must
    /// do.
    package static func isBeingWritten(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // A writer who comes in this very moment breaks the lease: by a signal that does nothing.
        guard fcntl(descriptor, LinuxLease.setSignal, SIGURG) == 0 else { return false }
        guard fcntl(descriptor, LinuxLease.set, Int32(F_RDLCK)) != 0 else {
            _ = fcntl(descriptor, LinuxLease.set, Int32(F_UNLCK))
            return false
        }
        return errno == EAGAIN
    }

    /// Hidden files and those of other kinds are left alone: writers use them before they rename.
    static func isImageName(_ name: String) -> Bool {
        guard !name.hasPrefix(".") else { return false }
        let lower = name.lowercased()
        return [".png", ".jpg", ".jpeg"].contains { lower.hasSuffix($0) }
    }
}

/// Commands of Linux's `fcntl` that the headers show to GNU sources only (`linux/fcntl.h`).
private enum LinuxLease {
    /// `F_SETSIG`.
    static let setSignal: Int32 = 10
    /// `F_SETLEASE`.
    static let set: Int32 = 1024
}

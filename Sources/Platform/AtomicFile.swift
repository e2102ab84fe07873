package import Glibc

/// What the file system refused.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let operation: String
    package let path: String
    package let number: Int32

    package var description: String {
        "\(operation) \(path): \(String(cString: strerror(number)))"
    }

    init(_ operation: String, _ path: String) {
        self.operation = operation
        self.path = path
        number = errno
    }
}

/// Files that are either the old one or the new one, whatever happens in between.
package enum AtomicFile {
    /// Bytes read at most by ``read(_:bytesMax:)`` when no other limit is given.
    package static let readBytesMax = 64 << 20

    /// Replaces the file at `path`: written beside it, synced, renamed, folder synced.
    ///
    /// - Parameter mode: permission bits of the new file, such as `0o600`.
    /// - Throws: `FileError`; then the old file stands as it was.
    package static func write(
        _ bytes: [UInt8],
        to path: String,
        mode: mode_t
    ) throws(FileError) {
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileError("open", temporary) }
        do throws(FileError) {
            try write(bytes, to: descriptor, path: temporary)
            guard fchmod(descriptor, mode) == 0 else { throw FileError("chmod", temporary) }
            guard fsync(descriptor) == 0 else { throw FileError("fsync", temporary) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        try rename(temporary, to: path)
    }

    /// The bytes that a file has; `nil` if there is none.
    package static func size(of path: String) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Int64(status.st_size)
    }

    /// Moves a finished, synced file to its place and makes the move durable.
    package static func rename(_ source: String, to path: String) throws(FileError) {
        guard Glibc.rename(source, path) == 0 else {
            let error = FileError("rename", path)
            unlink(source)
            throw error
        }
        try sync(directory: directory(of: path))
    }

    /// Makes what was renamed in a folder durable.
    package static func sync(directory: String) throws(FileError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("fsync", directory) }
    }

    /// Makes the content of a file durable.
    package static func sync(file path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("fsync", path) }
    }

    /// Reads a whole file.
    ///
    /// - Throws: `FileError`; with `EFBIG` if it holds more than `bytesMax` bytes.
    package static func read(
        _ path: String,
        bytesMax: Int = readBytesMax
    ) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                guard errno == EINTR else { throw FileError("read", path) }
                continue
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            if bytes.count > bytesMax {
                errno = EFBIG
                throw FileError("read", path)
            }
        }
    }

    private static func write(
        _ bytes: [UInt8],
        to descriptor: Int32,
        path: String
    ) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                guard errno == EINTR else { throw FileError("write", path) }
            } else {
                rest = rest.dropFirst(written)
            }
        }
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

import Glibc

/// Says that a data directory is in use: by servers side by side, or by one command that must be
/// alone with it.
///
/// The kernel lets go of it when the process ends, however it ends.
package struct DataLock: Sendable {
    package static let fileName = "lock"

    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Parameter alone: fails where anybody else holds it; else only where somebody is alone.
    /// - Throws: `.inService` if the lock is not to be had.
    package init(_ directory: String, alone: Bool) throws(StoreError) {
        let path = "\(directory)/\(Self.fileName)"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file("open \(path)") }
        guard flock(descriptor, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inService(directory)
        }
        self.descriptor = descriptor
    }

    package func release() {
        close(descriptor)
    }
}

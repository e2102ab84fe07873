import Glibc

/// Keeps a folder to one builder, among the tasks of this process and among processes.
///
/// The kernel lets go of it when the process ends, however it ends.
struct FolderLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; `nil` if somebody else holds it.
    init?(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file("open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else { throw .file("lock \(path)") }
            return nil
        }
        self.descriptor = descriptor
    }

    func release() {
        close(descriptor)
    }
}

import Glibc

/// The kernel's notices about complete files in one folder (inotify).
struct FolderWatch: Sendable {
    /// What was noticed in one wait.
    struct Notices: Sendable {
        var files: [String] = []
        /// Nothing came for a while, or notices were lost: the folder is to be looked through.
        var isRescanDue = false
    }

    private let descriptor: Int32

    init(_ folder: String) throws(ScannerFailure) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw ScannerFailure(String(cString: strerror(errno))) }
        let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)
        guard inotify_add_watch(descriptor, folder, events) >= 0 else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw ScannerFailure("\(folder): \(reason)")
        }
    }

    func close() {
        Glibc.close(descriptor)
    }

    /// Waits for notices; blocks its thread for half a second at most.
    func wait() throws(ScannerFailure) -> Notices {
        var notices = Notices()
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = Glibc.poll(&poll, 1, FolderScanner.rescanMilliseconds)
        if ready < 0 {
            guard errno == EINTR else { throw ScannerFailure(String(cString: strerror(errno))) }
            return notices
        }
        guard ready > 0 else {
            notices.isRescanDue = true
            return notices
        }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 {
            guard errno == EINTR || errno == EAGAIN else {
                throw ScannerFailure(String(cString: strerror(errno)))
            }
            return notices
        }
        try Self.parse(buffer[..<count], into: &notices)
        return notices
    }

    /// Reads `struct inotify_event`s: watch, mask, cookie, length, then that many bytes of name.
    private static func parse(
        _ bytes: ArraySlice<UInt8>,
        into notices: inout Notices
    ) throws(ScannerFailure) {
        var rest = bytes
        while rest.count >= 16 {
            let start = rest.startIndex
            func word(_ offset: Int) -> UInt32 {
                (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(rest[start + offset + $1]) }
            }
            let mask = word(4)
            let length = Int(word(12))
            guard rest.count >= 16 + length else { return }
            let name = rest[(start + 16)..<(start + 16 + length)].prefix { $0 != 0 }
            rest = rest[(start + 16 + length)...]
            if mask & UInt32(IN_Q_OVERFLOW) != 0 { notices.isRescanDue = true }
            if mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 {
                throw ScannerFailure("the folder is gone")
            }
            let text = String(decoding: name, as: UTF8.self)
            if FolderScanner.isImageName(text), !notices.files.contains(text) {
                notices.files.append(text)
            }
        }
    }
}

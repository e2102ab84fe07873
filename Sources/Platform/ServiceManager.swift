import Glibc

/// Tells systemd how the service is (`sd_notify`); without systemd it does nothing.
package struct ServiceManager: Sendable {
    private let socketPath: String?

    /// Talks to the socket that systemd names in `NOTIFY_SOCKET`.
    package init() {
        socketPath = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
    }

    init(socketPath: String) {
        self.socketPath = socketPath
    }

    package func ready() { send("READY=1") }
    package func stopping() { send("STOPPING=1") }
    /// Feeds the watchdog; to be sent only when the work itself goes on.
    package func alive() { send("WATCHDOG=1") }
    /// One line that `systemctl status` shows.
    package func status(_ text: String) { send("STATUS=\(text)") }

    private func send(_ message: String) {
        guard let socketPath, !socketPath.isEmpty else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(socketPath.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: bytes)
            // An abstract socket is written with `@` for the leading zero byte.
            if path[0] == UInt8(ascii: "@") { path[0] = 0 }
        }
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let text = Array(message.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}

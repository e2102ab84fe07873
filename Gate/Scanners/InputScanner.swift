import Glibc
import NIOPosix

/// Reads codes from standard input or another open file, one a line.
package struct InputScanner: CodeScanner {
    package let name: String
    private let descriptor: Int32
    private let handler: ScanHandler
    /// How long one look at the input may block its thread: what stopping has to wait for.
    private static let pollMilliseconds: Int32 = 200

    /// - Parameter descriptor: an open file that stays the caller's; 0 is standard input.
    package init(name: String, descriptor: Int32 = 0, handler: @escaping ScanHandler) {
        self.name = name
        self.descriptor = descriptor
        self.handler = handler
    }

    package func run() async throws {
        var splitter = LineSplitter()
        while true {
            try Task.checkCancellation()
            // Files cannot be watched by epoll: a thread of the pool waits for them.
            let read = try await NIOThreadPool.singleton.runIfActive { try Self.read(descriptor) }
            switch read {
            case .nothing: continue
            case .end:
                if let code = splitter.end() { _ = await handler(code) }
                return
            case .bytes(let bytes):
                for code in splitter.codes(bytes) { _ = await handler(code) }
            }
        }
    }

    private enum Read {
        case nothing, end
        case bytes([UInt8])
    }

    private static func read(_ descriptor: Int32) throws -> Read {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = Glibc.poll(&poll, 1, pollMilliseconds)
        if ready == 0 || (ready < 0 && errno == EINTR) { return .nothing }
        guard ready > 0 else { throw ScannerFailure(String(cString: strerror(errno))) }
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        if count < 0 {
            if errno == EINTR || errno == EAGAIN { return .nothing }
            throw ScannerFailure(String(cString: strerror(errno)))
        }
        return count == 0 ? .end : .bytes(Array(chunk[..<count]))
    }
}

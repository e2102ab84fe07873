package import Encodings
import Glibc

/// A scanner simulator: sends codes over TCP, one a line, and reads a verdict line for each.
package final class LineClient {
    private let descriptor: Int32
    private var buffered: [UInt8] = []

    package enum Failure: Error {
        case notConnected
        case closed
    }

    /// Connects to a port of this machine, trying again until `seconds` are over.
    package init(port: UInt16, within seconds: Double) throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw Failure.notConnected }
            if Self.connect(descriptor, port) {
                self.descriptor = descriptor
                return
            }
            Glibc.close(descriptor)
            guard ContinuousClock.now < deadline else { throw Failure.notConnected }
            usleep(2000)
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Sends a code and waits for its verdict.
    package func scan(_ code: [UInt8]) throws -> JSONValue {
        try send(code + [UInt8(ascii: "\n")])
        return try verdict()
    }

    package func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.closed }
            rest = rest.dropFirst(count)
        }
    }

    /// The next whole line; a line cut off by the end of the connection is none.
    package func verdict() throws -> JSONValue {
        while true {
            if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffered[..<end])
                buffered.removeFirst(end + 1)
                return try JSONReader.read(line)
            }
            var chunk = [UInt8](repeating: 0, count: 8192)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { throw Failure.closed }
            buffered += chunk[..<count]
        }
    }

    private static func connect(_ descriptor: Int32, _ port: UInt16) -> Bool {
        var address = loopback(port)
        // A gate that hangs must fail the test, not hang it.
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &timeout,
            socklen_t(MemoryLayout<timeval>.size)
        )
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// A port of this machine that is free now.
    package static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.notConnected }
        defer { Glibc.close(descriptor) }
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure.notConnected }
        return UInt16(bigEndian: address.sin_port)
    }
}

import Encodings
import GateLogic
package import Logging
package import NIOCore
import NIOPosix
import Synchronization

/// Reads codes from TCP connections on loopback, one a line, and answers each with its verdict as
/// one line of JSON: for scanners behind a converter, simulators and tests.
package struct SocketScanner: CodeScanner {
    /// Connections at once; further ones are closed.
    package static let connectionsMax = 16

    package let name: String
    private let host: String
    private let port: Int
    private let logger: Logger
    private let onListening: @Sendable (SocketAddress) -> Void
    private let handler: ScanHandler

    /// - Parameters:
    ///   - host: a loopback address.
    ///   - port: 0 takes any free port, which `onListening` is told.
    /// - Throws: `ScannerFailure` for an address that others could reach: a scan has no other proof
    ///   of where it comes from than the lane it arrives at.
    package init(
        name: String,
        host: String,
        port: Int,
        logger: Logger,
        onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in },
        handler: @escaping ScanHandler
    ) throws(ScannerFailure) {
        guard Self.isLoopback(host) else {
            throw ScannerFailure("\(host) is not a loopback address")
        }
        self.name = name
        self.host = host
        self.port = port
        self.logger = logger
        self.onListening = onListening
        self.handler = handler
    }

    /// Whether only programs of this machine can reach an address.
    package static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" { return true }
        // A host that is no numeric address may resolve to anything: it is not loopback.
        guard let address = try? SocketAddress(ipAddress: host, port: 0) else { return false }
        switch address {
        case .v4: return address.ipAddress?.hasPrefix("127.") == true
        case .v6: return address.ipAddress == "::1"
        case .unixDomainSocket: return false
        }
    }

    package func run() async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 32)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        if let address = server.channel.localAddress { onListening(address) }
        let open = ConnectionCount()
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    guard open.enter(max: Self.connectionsMax) else {
                        logger.warning("too many connections", metadata: ["scanner": "\(name)"])
                        // Closed already by the other side is closed as well.
                        try? await connection.channel.close()
                        continue
                    }
                    group.addTask {
                        await serve(connection)
                        open.leave()
                    }
                }
            }
        }
    }

    /// Serves one connection; its faults end it and nothing else.
    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
        do {
            try await connection.executeThenClose { inbound, outbound in
                var splitter = LineSplitter()
                for try await buffer in inbound {
                    for code in splitter.codes(buffer.readableBytesView) {
                        try await answer(code, outbound)
                    }
                }
                if let code = splitter.end() { try await answer(code, outbound) }
            }
        } catch {
            logger.debug(
                "connection ended",
                metadata: ["scanner": "\(name)", "error": "\(error)"]
            )
        }
    }

    private func answer(
        _ code: [UInt8],
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        let verdict = await handler(code)
        try await outbound.write(ByteBuffer(bytes: verdict.json().encoded + [UInt8(ascii: "\n")]))
    }
}

/// How many connections are open.
private final class ConnectionCount: Sendable {
    private let count = Mutex(0)

    /// Counts one more; `false` if there are `max` already.
    func enter(max: Int) -> Bool {
        count.withLock { count in
            guard count < max else { return false }
            count += 1
            return true
        }
    }

    func leave() {
        count.withLock { $0 -= 1 }
    }
}

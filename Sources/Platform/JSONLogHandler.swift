import Encodings
import Glibc
package import Logging
import Synchronization
import TicketModel

/// Writes each log event as one line of JSON, for journald, Loki and people with `jq`.
///
/// Members: `t` (RFC 3339), `level`, `logger`, `message`, then the event's metadata, whose names
/// are kept, with `error` where one was given.
package struct JSONLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let output: LogOutput

    /// A handler for one logger; all of a process share one `output`.
    package init(label: String, level: Logger.Level, output: LogOutput) {
        self.label = label
        self.output = output
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() {
            all.merge(provided) { _, provided in provided }
        }
        if let own = event.metadata { all.merge(own) { _, own in own } }
        if let error = event.error { all["error"] = "\(error)" }
        let known: Set = ["t", "level", "logger", "message"]
        var members: [JSONValue.Member] = [
            .init("t", .string(SystemClock.now().rfc3339)),
            .init("level", .string(event.level.rawValue)),
            .init("logger", .string(label)),
            .init("message", .string(event.message.description)),
        ]
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            members.append(.init(known.contains(name) ? name + "_" : name, Self.json(value)))
        }
        output.write(JSONValue.object(members).encoded + [0x0A])
    }

    private static func json(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string(value.description)
        case .array(let values): .array(values.map(json))
        case .dictionary(let members):
            .object(members.sorted { $0.key < $1.key }.map { .init($0.key, json($0.value)) })
        }
    }
}

/// Where log lines go: whole lines, one after another.
package final class LogOutput: Sendable {
    private let descriptor: Mutex<Int32>

    /// Standard error.
    package static let standardError = LogOutput(descriptor: 2)

    /// Writes to an open file descriptor, which stays the caller's.
    package init(descriptor: Int32) {
        self.descriptor = Mutex(descriptor)
    }

    /// Writes a line whole; a log that cannot be written must not stop a gate, so faults are let
    /// go.
    func write(_ line: [UInt8]) {
        descriptor.withLock { descriptor in
            var rest = line[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes {
                    Glibc.write(descriptor, $0.baseAddress, $0.count)
                }
                if written < 0 {
                    guard errno == EINTR else { return }
                } else {
                    rest = rest.dropFirst(written)
                }
            }
        }
    }
}

import Barcodes
import Encodings
import Foundation
import GateLogic
import GateScanners
import GateService
import Logging
import Sodium
import TicketModel

/// Everything that `run` is told: the gate's settings, its scanners, how much to log.
struct RunSettings {
    static let lanesMax = 16

    let gate: GateSettings
    let scanners: [ScannerSettings]
    let logLevel: Logger.Level

    /// One source of codes at one lane.
    struct ScannerSettings {
        let lane: LaneNumber
        let source: Source

        enum Source {
            case input
            case socket(host: String, port: Int)
            case folder(String, Symbologies)
        }

        var name: String {
            switch source {
            case .input: "lane\(lane)/stdin"
            case .socket: "lane\(lane)/tcp"
            case .folder: "lane\(lane)/folder"
            }
        }
    }

    private static let knownKeys: Set = [
        "data", "event", "central.url", "central.key", "central.key-file", "central.root",
        "status.listen", "status.allow-remote", "log.level", "language", "lanes",
    ]
    private static let knownLaneKeys = [
        "direction", "hall", "language", "stdin", "tcp", "folder", "codes",
    ]

    /// Reads and checks a settings file.
    ///
    /// - Parameter readsSecrets: `false` leaves out the API key, which may lie elsewhere.
    static func read(
        _ file: String,
        environment: [String: String],
        readsSecrets: Bool = true
    ) async throws -> RunSettings {
        let reader = try await SettingsReader(file, environment: environment)
        let lanes = try lanes(reader)
        var known = knownKeys
        for lane in lanes {
            known.formUnion(knownLaneKeys.map { "lane-\(lane).\($0)" })
        }
        try reader.refuseUnknown(known)
        guard
            let event = try reader.value(
                "event",
                "32 hex digits",
                { EventID(hex: $0) }
            )
        else { throw SettingsError.missing("event") }
        let level = try reader.value("log.level", "a level such as info or debug") {
            Logger.Level(rawValue: $0)
        }
        return RunSettings(
            gate: GateSettings(
                data: try reader.requiredText("data"),
                event: event,
                central: try central(reader, readsSecrets: readsSecrets),
                status: try status(reader),
                lanes: try lanes.map { try laneSettings($0, reader) },
                language: try language("language", reader) ?? .english,
                software: StileGate.version
            ),
            scanners: try lanes.flatMap { try scanners($0, reader) },
            logLevel: level ?? .info
        )
    }

    private static func lanes(_ reader: SettingsReader) throws -> [LaneNumber] {
        guard let names = try reader.list("lanes"), !names.isEmpty else {
            throw SettingsError.missing("lanes")
        }
        let numbers = names.compactMap { UInt16($0) }.filter { $0 > 0 }
        guard numbers.count == names.count, Set(numbers).count == numbers.count,
            numbers.count <= lanesMax
        else {
            throw SettingsError.wrong(
                "lanes",
                "a list of up to \(lanesMax) different numbers from 1 on"
            )
        }
        return numbers.map { LaneNumber($0) }
    }

    private static func laneSettings(
        _ lane: LaneNumber,
        _ reader: SettingsReader
    ) throws -> GateSettings.LaneSettings {
        let direction = try reader.value("lane-\(lane).direction", "in or out") {
            Direction(rawValue: $0)
        }
        let hall = try reader.value("lane-\(lane).hall", "a number up to 65535") {
            UInt16($0).map { HallNumber($0) }
        }
        return GateSettings.LaneSettings(
            number: lane,
            direction: direction ?? .entry,
            hall: hall,
            language: try language("lane-\(lane).language", reader)
        )
    }

    private static func language(
        _ key: String,
        _ reader: SettingsReader
    ) throws -> StewardLanguage? {
        let known = StewardLanguage.allCases.map(\.rawValue).joined(separator: " or ")
        return try reader.value(key, known) { StewardLanguage(rawValue: $0) }
    }

    private static func scanners(
        _ lane: LaneNumber,
        _ reader: SettingsReader
    ) throws -> [ScannerSettings] {
        var scanners: [ScannerSettings] = []
        if try reader.flag("lane-\(lane).stdin") ?? false {
            scanners.append(ScannerSettings(lane: lane, source: .input))
        }
        let key = "lane-\(lane).tcp"
        if let address = try reader.value(key, "an address such as 127.0.0.1:9101", address) {
            guard SocketScanner.isLoopback(address.host) else {
                throw SettingsError.wrong(key, "a loopback address")
            }
            scanners.append(
                ScannerSettings(
                    lane: lane,
                    source: .socket(host: address.host, port: address.port)
                )
            )
        }
        if let folder = try reader.text("lane-\(lane).folder") {
            let codes = try reader.list("lane-\(lane).codes") ?? []
            scanners.append(
                ScannerSettings(
                    lane: lane,
                    source: .folder(folder, try SymbologyNames.parse(codes))
                )
            )
        }
        return scanners
    }

    private static func central(
        _ reader: SettingsReader,
        readsSecrets: Bool
    ) throws -> GateSettings.Central? {
        guard let url = try reader.value("central.url", "http://… or https://…", url) else {
            return nil
        }
        let root = try reader.value("central.root", "64 hex digits") { text in
            Hex.decode(text).flatMap { $0.count == 32 ? $0 : nil }
        }
        guard let root else { throw SettingsError.missing("central.root") }
        guard readsSecrets else { return GateSettings.Central(url: url, key: "", root: root) }
        if let key = try reader.text("central.key") {
            return GateSettings.Central(url: url, key: key, root: root)
        }
        guard let file = try reader.text("central.key-file") else {
            throw SettingsError.missing("central.key-file")
        }
        // Why it cannot be read does not matter to whoever has to mend the setting.
        guard let key = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw SettingsError.wrong("central.key-file", "a file that can be read")
        }
        return GateSettings.Central(
            url: url,
            key: key.trimmingCharacters(in: .whitespacesAndNewlines),
            root: root
        )
    }

    private static func status(_ reader: SettingsReader) throws -> GateSettings.Status? {
        let key = "status.listen"
        let isRemoteAllowed = try reader.flag("status.allow-remote") ?? false
        if try reader.text(key) == "off" { return nil }
        let expected = "off, or an address such as 127.0.0.1:8090"
        let listen = try reader.value(key, expected, address) ?? ("127.0.0.1", 8090)
        do {
            return try GateSettings.Status(
                host: listen.host,
                port: listen.port,
                allowsRemote: isRemoteAllowed
            )
        } catch {
            throw SettingsError(
                "setting 'status.listen' is not a loopback address; "
                    + "'status.allow-remote: true' permits that"
            )
        }
    }

    private static func url(_ text: String) -> String? {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
            parts.scheme == "http" || parts.scheme == "https", parts.query == nil
        else { return nil }
        return text
    }

    /// `host:port`, with an IPv6 host in brackets.
    private static func address(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (0...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return host.isEmpty ? nil : (String(host), port)
    }
}

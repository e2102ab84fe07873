import CentralService
import Configuration
import Foundation
import Logging
import SystemPackage

/// What `serve` can be told, with flags before environment before file.
struct Settings {
    static let fileName = "central.yaml"
    static let variablePrefix: ConfigKey = "stile"

    var listen: ListenAddress
    var publicURL: String
    var logLevel: Logger.Level
    var connectionsMax: Int
    /// The script that draws QR codes in browsers.
    var qrLibrary: String

    /// - Parameters:
    ///   - flags: what the command line gave, by the names of the settings.
    ///   - file: the YAML file; `nil` takes `DIR/central.yaml` if it is there.
    init(flags: [String: String], file: String?, data: String) async throws {
        let given = InMemoryProvider(
            name: "flags",
            values: Dictionary(
                uniqueKeysWithValues: flags.map { name, value in
                    (AbsoluteConfigKey([name]), ConfigValue(.string(value), isSecret: false))
                }
            )
        )
        let environment = EnvironmentVariablesProvider().prefixKeys(with: Self.variablePrefix)
        let path = file ?? "\(data)/\(Self.fileName)"
        let yaml: FileProvider<YAMLSnapshot>
        do {
            yaml = try await FileProvider<YAMLSnapshot>(
                filePath: FilePath(path),
                allowMissing: file == nil
            )
        } catch {
            throw Failure(.wrongSetting, "\(path) cannot be read as YAML: \(error)")
        }
        let reader = ConfigReader(providers: [given, environment, yaml])
        listen = try Self.parsed(
            reader,
            "listen",
            "127.0.0.1:8080",
            "an address such as 127.0.0.1:8080",
            ListenAddress.init
        )
        publicURL = try Self.parsed(reader, "publicUrl", "", "an http or https address") { text in
            text.isEmpty || text.hasPrefix("https://") || text.hasPrefix("http://") ? text : nil
        }
        logLevel = try Self.parsed(
            reader,
            "logLevel",
            "info",
            "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))",
            Logger.Level.init(rawValue:)
        )
        connectionsMax = try Self.parsed(
            reader,
            "connectionsMax",
            "\(CentralServer.connectionsStandard)",
            "a number from 1 to 65535"
        ) { text in Int(text).flatMap { (1...65_535).contains($0) ? $0 : nil } }
        qrLibrary = try Self.parsed(
            reader,
            "qrLibrary",
            WebAssets.qrLibraryStandard,
            "the path of a file"
        ) { text in text.isEmpty ? nil : text }
    }

    private static func parsed<Value>(
        _ reader: ConfigReader,
        _ name: String,
        _ standard: String,
        _ words: String,
        _ parse: (String) -> Value?
    ) throws -> Value {
        let text = reader.string(forKey: ConfigKey([name]), default: standard)
        guard let value = parse(text) else {
            throw Failure(.wrongSetting, "the setting \(name) is \"\(text)\", not \(words)")
        }
        return value
    }
}

/// A host and a port to listen on.
struct ListenAddress {
    let host: String
    let port: Int

    /// Reads `host:port`, with brackets around an IPv6 host.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }
}

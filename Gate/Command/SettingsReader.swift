import Configuration
import Foundation
import SystemPackage
import TicketModel
import Yams

/// Why settings cannot be used; names the setting.
struct SettingsError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    static func missing(_ key: String) -> SettingsError {
        SettingsError("setting '\(key)' is missing")
    }

    static func wrong(_ key: String, _ expected: String) -> SettingsError {
        SettingsError("setting '\(key)' must be \(expected)")
    }
}

/// Reads settings: a YAML file, and above it environment variables named `STILE_GATE_…`.
struct SettingsReader {
    static let fileBytesMax = 1 << 20

    private let config: ConfigReader
    /// The settings that stand in the file.
    private let keys: Set<String>

    init(_ file: String, environment: [String: String]) async throws {
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch { throw SettingsError("cannot be read") }
        guard text.utf8.count <= Self.fileBytesMax else { throw SettingsError("is too large") }
        do {
            keys = Set(try Self.keys(in: text))
        } catch let error as YamlError {
            throw SettingsError("is not YAML: \(error)")
        }
        config = ConfigReader(providers: [
            EnvironmentVariablesProvider(environmentVariables: environment)
                .prefixKeys(with: "stile.gate"),
            try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)),
        ])
    }

    /// Refuses settings that nobody will read: a misspelt one must not go unnoticed.
    func refuseUnknown(_ known: Set<String>) throws {
        let unknown = keys.subtracting(known).sorted()
        guard unknown.isEmpty else {
            throw SettingsError("unknown setting '\(unknown.joined(separator: "', '"))'")
        }
    }

    func text(_ key: String) throws -> String? {
        if let text = config.string(forKey: ConfigKey(key)), !text.isEmpty { return text }
        guard !keys.contains(key) else { throw SettingsError.wrong(key, "a single value") }
        return nil
    }

    func requiredText(_ key: String) throws -> String {
        guard let text = try text(key) else { throw SettingsError.missing(key) }
        return text
    }

    /// A value that `parse` understands; `nil` if the setting is not there.
    func value<Value>(
        _ key: String,
        _ expected: String,
        _ parse: (String) -> Value?
    ) throws -> Value? {
        guard let text = try text(key) else { return nil }
        guard let value = parse(text) else { throw SettingsError.wrong(key, expected) }
        return value
    }

    func flag(_ key: String) throws -> Bool? {
        try value(key, "true or false") { Bool($0) }
    }

    func list(_ key: String) throws -> [String]? {
        if let list = config.stringArray(forKey: ConfigKey(key)) { return list }
        guard !keys.contains(key) else { throw SettingsError.wrong(key, "a list") }
        return nil
    }

    /// The dotted names of all values in a YAML document.
    private static func keys(in text: String) throws -> [String] {
        guard let root = try Yams.compose(yaml: text) else { return [] }
        guard let mapping = root.mapping else { throw SettingsError("is not a list of settings") }
        return keys(in: mapping, below: [])
    }

    private static func keys(in mapping: Node.Mapping, below path: [String]) -> [String] {
        mapping.flatMap { key, value in
            let name = path + [key.string ?? "?"]
            if let inner = value.mapping { return keys(in: inner, below: name) }
            return [name.joined(separator: ".")]
        }
    }
}

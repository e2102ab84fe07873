import CentralStore
import Glibc
import Sodium

/// Where the master key comes from: environment, systemd credential, else the data directory.
enum MasterKeySource {
    static let variable = "STILE_MASTER_KEY"
    static let credential = "stile-master-key"

    /// `nil` leaves it to `DIR/master.key`.
    static func key() throws(StoreError) -> SecretKey? {
        if let text = environment(variable) { return try MasterKey.parse(text) }
        if let folder = environment("CREDENTIALS_DIRECTORY") {
            let path = "\(folder)/\(credential)"
            if access(path, F_OK) == 0 { return try MasterKey.read(file: path) }
        }
        return nil
    }

    /// Where the key comes from, for people who look for the right one.
    static func name(_ directory: String) -> String {
        if environment(variable) != nil { return variable }
        if let folder = environment("CREDENTIALS_DIRECTORY"),
            access("\(folder)/\(credential)", F_OK) == 0
        {
            return "credential \(credential)"
        }
        return "\(directory)/\(MasterKey.fileName)"
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}

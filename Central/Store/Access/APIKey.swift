package import TicketModel

/// What an API key opens.
package enum APIKeySubject {}
package typealias APIKeyID = Identifier<APIKeySubject>

/// What the bearer of a key may do; raw values are stored.
package struct Scopes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let admin = Scopes(rawValue: 1)
    package static let issue = Scopes(rawValue: 2)
    package static let read = Scopes(rawValue: 4)
    package static let gate = Scopes(rawValue: 8)

    package static let names: [(Scopes, String)] = [
        (.admin, "admin"), (.issue, "issue"), (.read, "read"), (.gate, "gate"),
    ]

    /// Whether these scopes are enough for `needed`; admin implies issue and read.
    package func allow(_ needed: Scopes) -> Bool {
        let implied: Scopes = contains(.admin) ? union([.issue, .read]) : self
        return implied.isSuperset(of: needed)
    }
}

/// A key as lists show it: never its text.
package struct APIKeyInfo: Hashable, Sendable {
    package let id: APIKeyID
    package let name: String
    package let scopes: Scopes
    /// The device that a `gate` key belongs to.
    package let device: DeviceName?
    package let created: Timestamp
    package let expires: Timestamp?
    package let revoked: Timestamp?
}

/// A new key, with the text that is shown once and kept nowhere.
package struct CreatedAPIKey: Hashable, Sendable {
    package let info: APIKeyInfo
    package let text: String
}

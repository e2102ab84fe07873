package import Sodium
package import TicketModel

/// Keys and ids that tests and vectors share: made from names, so that anyone can make them again.
///
/// Never use them outside tests.
package enum Fixed {
    /// `b2(32, "stile vectors " || name)`.
    package static func seed(_ name: String) -> [UInt8] {
        Hash.b2(32, Array("stile vectors \(name)".utf8))
    }

    package static func key(_ name: String) -> SigningKey {
        guard let key = SigningKey(seed: seed(name)) else {
            preconditionFailure("a seed has 32 bytes")
        }
        return key
    }

    package static func boxKey(_ name: String) -> BoxKey {
        guard let key = BoxKey(seed: seed(name)) else {
            preconditionFailure("a seed has 32 bytes")
        }
        return key
    }

    package static func event(_ name: String) -> EventID { id(name) }
    package static func ticket(_ name: String) -> TicketID { id(name) }

    private static func id<Subject>(_ name: String) -> Identifier<Subject> {
        guard let id = Identifier<Subject>(bytes: seed(name).prefix(16)) else {
            preconditionFailure("an id has 16 bytes")
        }
        return id
    }

    package static func device(_ text: String) -> DeviceName {
        guard let device = DeviceName(text) else {
            preconditionFailure("\(text) is no device name")
        }
        return device
    }

    /// 2027-01-01T00:00:12.345Z, the instant of most examples.
    package static let now = Timestamp(milliseconds: 1_798_761_612_345)
}

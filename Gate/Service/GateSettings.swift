package import GateLogic
import GateScanners
package import TicketModel

/// What a gate is told by its settings file; reading that file is the command's work.
package struct GateSettings: Sendable {
    /// The folder that belongs to this gate.
    package var data: String
    package var event: EventID
    package var central: Central?
    package var status: Status?
    package var lanes: [LaneSettings]
    /// What stewards read, where a lane does not say otherwise.
    package var language: StewardLanguage
    /// The version of the program, for reports; `nil` where nobody says it.
    package var software: String?

    package struct Central: Sendable {
        /// `http://` or `https://`, without a path.
        package var url: String
        /// The gate's API key.
        package var key: String
        /// The fingerprint of central's root keys: 32 bytes.
        package var root: [UInt8]

        package init(url: String, key: String, root: [UInt8]) {
            self.url = url
            self.key = key
            self.root = root
        }
    }

    /// Where the status page is served.
    package struct Status: Sendable {
        package var host: String
        package var port: Int

        /// Whether only programs of this machine can reach it.
        package var isLoopback: Bool { SocketScanner.isLoopback(host) }

        package enum Failure: Error, Hashable, Sendable {
            case notLoopback(String)
        }

        /// - Parameter allowsRemote: whether others than this machine may see the page, which has
        ///   no log-in.
        package init(host: String, port: Int, allowsRemote: Bool = false) throws(Failure) {
            guard allowsRemote || SocketScanner.isLoopback(host) else { throw .notLoopback(host) }
            self.host = host
            self.port = port
        }
    }

    package struct LaneSettings: Sendable {
        package var number: LaneNumber
        package var direction: Direction
        /// `nil` takes the first hall of the device statement.
        package var hall: HallNumber?
        /// `nil` takes the gate's.
        package var language: StewardLanguage?
        /// Whether a turnstile reports how admissions end; without one an admission counts as a
        /// passage (PROTOCOL 8.3).
        package var hasPassageSensor: Bool

        package init(
            number: LaneNumber,
            direction: Direction,
            hall: HallNumber? = nil,
            language: StewardLanguage? = nil,
            hasPassageSensor: Bool = false
        ) {
            self.number = number
            self.direction = direction
            self.hall = hall
            self.language = language
            self.hasPassageSensor = hasPassageSensor
        }
    }

    package init(
        data: String,
        event: EventID,
        central: Central?,
        status: Status?,
        lanes: [LaneSettings],
        language: StewardLanguage = .english,
        software: String? = nil
    ) {
        self.data = data
        self.event = event
        self.central = central
        self.status = status
        self.lanes = lanes
        self.language = language
        self.software = software
    }
}

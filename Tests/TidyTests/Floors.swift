/// One module of the house: where it lives, on which floor, and what it may import.
struct Room {
    let folder: String
    let floor: Int
    let imports: Set<String>

    init(_ folder: String, floor: Int, _ imports: Set<String> = []) {
        self.folder = folder
        self.floor = floor
        self.imports = imports
    }
}

/// What each module may import.
///
/// The package manager lets an undeclared import through once another target has built the module,
/// so this table, not Package.swift, is what holds the floors apart.
let house: [String: Room] = {
    let words: Set = ["TicketModel", "Encodings", "Sodium"]
    let formats: Set = ["TokenFormat", "TrustFormat", "ManifestFormat", "EntryLogFormat"]
    let system: Set = [
        "Dispatch", "Glibc", "Synchronization", "Foundation", "FoundationEssentials",
    ]
    let server: Set = [
        "AsyncHTTPClient", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "Metrics",
        "CoreMetrics", "Mustache", "NIOCore", "NIOFoundationCompat", "NIOHTTP1", "NIOPosix",
        "ServiceLifecycle", "UnixSignals",
    ]
    let settings: Set = ["ArgumentParser", "Configuration", "SystemPackage", "Yams"]
    let below = words.union(formats).union(["VenueAPI", "Platform"]).union(system)
    return [
        "TicketModel": Room("Sources/TicketModel", floor: 0),
        "Encodings": Room("Sources/Encodings", floor: 1),
        "Sodium": Room("Sources/Sodium", floor: 1, ["CSodium"]),
        "TokenFormat": Room("Sources/TokenFormat", floor: 1, words.union(["Crypto"])),
        "TrustFormat": Room("Sources/TrustFormat", floor: 1, words),
        "ManifestFormat": Room(
            "Sources/ManifestFormat",
            floor: 1,
            words.union(["TrustFormat"])
        ),
        "EntryLogFormat": Room(
            "Sources/EntryLogFormat",
            floor: 1,
            words.union(["TrustFormat"])
        ),
        "VenueAPI": Room(
            "Sources/VenueAPI",
            floor: 1,
            ["TicketModel", "Encodings", "TrustFormat"]
        ),
        "AdmissionRules": Room(
            "Sources/AdmissionRules",
            floor: 2,
            words.union(formats)
        ),
        "Reconciliation": Room(
            "Sources/Reconciliation",
            floor: 2,
            ["TicketModel", "EntryLogFormat"]
        ),
        "Barcodes": Room(
            "Sources/Barcodes",
            floor: 3,
            system.union(["CZBar", "CQREncode", "CPNG", "CTurboJPEG"])
        ),
        "Database": Room("Sources/Database", floor: 3),
        "DatabaseSQLite": Room(
            "Sources/DatabaseSQLite",
            floor: 3,
            system.union(["Database", "CSQLiteHardening", "GRDB", "GRDBSQLite"])
        ),
        "Platform": Room(
            "Sources/Platform",
            floor: 3,
            system.union(["TicketModel", "Encodings", "Logging", "CoreMetrics"])
        ),
        "CentralStore": Room(
            "Central/Store",
            floor: 3,
            below.union(["Database", "DatabaseSQLite", "GRDB", "Reconciliation", "Logging"])
        ),
        "CentralService": Room(
            "Central/Service",
            floor: 3,
            below.union(server).union([
                "CentralStore", "Database", "Barcodes", "Reconciliation",
            ])
        ),
        "stile-central": Room(
            "Central/Command",
            floor: 4,
            below.union(server).union(settings).union([
                "CentralStore", "CentralService", "Reconciliation",
            ])
        ),
        "GateLogic": Room(
            "Gate/Logic",
            floor: 2,
            words.union(formats).union(["AdmissionRules"])
        ),
        "GateStore": Room(
            "Gate/Store",
            floor: 3,
            below.union(["AdmissionRules", "GateLogic", "GRDB", "CSQLiteHardening", "Logging"])
        ),
        "GateScanners": Room(
            "Gate/Scanners",
            floor: 3,
            below.union(server).union(["Barcodes", "GateLogic"])
        ),
        "GateService": Room(
            "Gate/Service",
            floor: 3,
            below.union(server).union([
                "AdmissionRules", "GateLogic", "GateStore", "GateScanners",
            ])
        ),
        "stile-gate": Room(
            "Gate/Command",
            floor: 4,
            below.union(server).union(settings).union([
                "AdmissionRules", "Barcodes", "GateLogic", "GateScanners", "GateService",
                "GateStore",
            ])
        ),
    ]
}()

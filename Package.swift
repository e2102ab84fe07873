// swift-tools-version: 6.2
import PackageDescription

// Every module carries the same settings: what the compiler can catch, it stops the build for.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target; what it may import is also checked line by line in `Tests/TidyTests`.
func module(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: path ?? "Sources/\(name)",
        swiftSettings: strict
    )
}

func tests(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: path ?? "Tests/\(name)",
        swiftSettings: strict
    )
}

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name,
        path: "Sources/\(name)",
        pkgConfig: pkgConfig,
        providers: [.apt([apt])]
    )
}

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient",
    package: "async-http-client"
)
let configuration = Target.Dependency.product(
    name: "Configuration",
    package: "swift-configuration"
)
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting",
    package: "hummingbird"
)
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

/// Floors 0 to 2: pure, no Foundation.
let pureModules: [Target] = [
    module("TicketModel", []),
    module("Encodings", []),
    module("Sodium", ["CSodium"]),
    module("TokenFormat", ["TicketModel", "Encodings", "Sodium", crypto]),
    module("TrustFormat", ["TicketModel", "Encodings", "Sodium"]),
    module("ManifestFormat", ["TicketModel", "Encodings", "Sodium", "TrustFormat"]),
    module("EntryLogFormat", ["TicketModel", "Encodings", "Sodium", "TrustFormat"]),
    module("VenueAPI", ["TicketModel", "Encodings", "TrustFormat"]),
    module(
        "AdmissionRules",
        ["TicketModel", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat", "EntryLogFormat"]
    ),
    module("Reconciliation", ["TicketModel", "EntryLogFormat"]),
]

/// Floor 3: adapters that both programs link.
let adapters: [Target] = [
    module("Barcodes", ["CZBar", "CQREncode", "CPNG", "CTurboJPEG"]),
    module("Database", []),
    module("DatabaseSQLite", ["Database", "CSQLiteHardening", grdb]),
    module("Platform", ["TicketModel", "Encodings", logging, coreMetrics]),
]

/// Tests of floors 0 to 2; `FormatVectors` finds and makes the vectors of `Tests/Vectors`.
let ruleTests: [Target] = [
    module(
        "FormatVectors",
        path: "Tests/FormatVectors",
        [
            "TicketModel", "Encodings", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat",
            "EntryLogFormat",
        ]
    ),
    tests("EncodingsTests", ["Encodings", "FormatVectors"]),
    tests("SodiumTests", ["Sodium", "Encodings", "FormatVectors"]),
    tests(
        "TokenFormatTests",
        [
            "TokenFormat", "TrustFormat", "AdmissionRules", "TicketModel", "Encodings", "Sodium",
            "FormatVectors",
        ]
    ),
    tests(
        "TrustFormatTests",
        ["TrustFormat", "TicketModel", "Encodings", "Sodium", "FormatVectors"]
    ),
    tests(
        "ManifestFormatTests",
        ["ManifestFormat", "TrustFormat", "TicketModel", "Encodings", "Sodium", "FormatVectors"]
    ),
    tests(
        "EntryLogFormatTests",
        ["EntryLogFormat", "TrustFormat", "TicketModel", "Encodings", "Sodium", "FormatVectors"]
    ),
    tests(
        "AdmissionRulesTests",
        [
            "AdmissionRules", "ManifestFormat", "EntryLogFormat", "TrustFormat", "TokenFormat",
            "TicketModel", "Encodings", "Sodium", "FormatVectors",
        ]
    ),
    tests(
        "ReconciliationTests",
        [
            "Reconciliation", "EntryLogFormat", "TrustFormat", "TicketModel", "Sodium",
            "FormatVectors",
        ]
    ),
    tests(
        "ScenarioTests",
        path: "Tests/Scenarios/Venue",
        [
            "GateLogic", "AdmissionRules", "Reconciliation", "EntryLogFormat", "ManifestFormat",
            "TrustFormat", "TokenFormat", "TicketModel", "Encodings", "Sodium", "FormatVectors",
        ]
    ),
    .executableTarget(
        name: "bench-rules",
        dependencies: [
            "AdmissionRules", "Reconciliation", "EntryLogFormat", "ManifestFormat", "TrustFormat",
            "TokenFormat", "TicketModel", "Encodings", "Sodium", "CSodium", "FormatVectors",
        ],
        path: "Tests/Benchmarks/Rules",
        swiftSettings: strict
    ),
]

let central: [Target] = [
    module(
        "CentralStore",
        path: "Central/Store",
        [
            "TicketModel", "Encodings", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat",
            "EntryLogFormat", "VenueAPI", "Reconciliation", "Database", "DatabaseSQLite",
            "Platform",
        ]
    ),
    // The pages, styles and scripts in Web and the API's document travel inside the binary.
    .target(
        name: "CentralService",
        dependencies: [
            "TicketModel", "Encodings", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat",
            "EntryLogFormat", "VenueAPI", "Platform", "Barcodes", "Reconciliation",
            "CentralStore", hummingbird, mustache, lifecycle, logging, metrics, nioCore,
        ],
        path: "Central",
        exclude: ["Command", "Store", "README.md"],
        sources: ["Service"],
        resources: [
            .embedInCode("openapi.yaml"),
            .embedInCode("Web/holder.mustache"),
            .embedInCode("Web/unknown-link.mustache"),
            .embedInCode("Web/holder.css"),
            .embedInCode("Web/holder.js"),
            .embedInCode("Web/words.js"),
            .embedInCode("Web/codes.js"),
            .embedInCode("Web/vault.js"),
            .embedInCode("Web/offline.js"),
            .embedInCode("Web/worker.js"),
            .embedInCode("Web/icon.svg"),
            .embedInCode("Web/icon-180.png"),
            .embedInCode("Web/icon-192.png"),
            .embedInCode("Web/icon-512.png"),
        ],
        swiftSettings: strict
    ),
    .executableTarget(
        name: "stile-central",
        dependencies: [
            "CentralService", "CentralStore", "Platform", "VenueAPI", "TicketModel", "Encodings",
            "Sodium", "TrustFormat", "Reconciliation", argumentParser, configuration, hummingbird,
            lifecycle, logging, metrics,
        ],
        path: "Central/Command",
        swiftSettings: strict
    ),
    tests(
        "CentralServiceTests",
        [
            "CentralService", "CentralStore", "VenueAPI", "Platform", "Barcodes", "TicketModel",
            "Encodings", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat",
            "EntryLogFormat", hummingbird, hummingbirdTesting,
            // Reads openapi.yaml, to hold it to the code.
            yams,
        ]
    ),
    .executableTarget(
        name: "bench-central",
        dependencies: [
            "CentralStore", "Database", "DatabaseSQLite", "Encodings", "EntryLogFormat",
            "ManifestFormat", "Reconciliation", "Sodium", "TicketModel", "TokenFormat",
            "TrustFormat", "VenueAPI",
        ],
        path: "Tests/Benchmarks/Central",
        swiftSettings: strict
    ),
]

let gate: [Target] = [
    module(
        "GateLogic",
        path: "Gate/Logic",
        ["TicketModel", "Encodings", "TokenFormat", "EntryLogFormat", "AdmissionRules"]
    ),
    module(
        "GateStore",
        path: "Gate/Store",
        [
            "TicketModel", "Encodings", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat",
            "EntryLogFormat", "AdmissionRules", "GateLogic", "Platform", "CSQLiteHardening", grdb,
        ]
    ),
    module(
        "GateScanners",
        path: "Gate/Scanners",
        [
            "TicketModel", "Encodings", "GateLogic", "Platform", logging, lifecycle, nioCore,
            nioPosix,
        ]
    ),
    .target(
        name: "GateService",
        dependencies: [
            "TicketModel", "Encodings", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat",
            "EntryLogFormat", "VenueAPI", "AdmissionRules", "Platform", "GateLogic", "GateStore",
            "GateScanners", hummingbird, asyncHTTPClient, lifecycle, logging, metrics, nioCore,
            nioHTTP1, nioPosix,
        ],
        // The page lies beside the code that serves it, and travels inside the program.
        path: "Gate",
        exclude: ["Command", "Logic", "README.md", "Scanners", "Store"],
        sources: ["Service"],
        resources: [.embedInCode("Web/status.html")],
        swiftSettings: strict
    ),
    .executableTarget(
        name: "stile-gate",
        dependencies: [
            "TicketModel", "Encodings", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat",
            "EntryLogFormat", "AdmissionRules", "Platform", "Barcodes", "GateLogic", "GateStore",
            "GateScanners", "GateService", argumentParser, configuration, lifecycle, logging,
            metrics, yams,
        ],
        path: "Gate/Command",
        swiftSettings: strict
    ),
    module(
        "TestSupport",
        path: "Tests/Support",
        [
            "GateStore", "TicketModel", "Encodings", "Sodium", "TokenFormat", "TrustFormat",
            "ManifestFormat", "EntryLogFormat", grdb,
        ]
    ),
    .executableTarget(
        name: "bench-gate",
        dependencies: [
            "CSodium", "CSQLiteHardening", "Sodium", "Encodings", "TicketModel", "TokenFormat",
            "TrustFormat", "ManifestFormat", "EntryLogFormat", "AdmissionRules", "GateStore",
            "TestSupport",
        ],
        path: "Tests/Benchmarks/Gate",
        swiftSettings: strict
    ),
    tests(
        "CrashTests",
        path: "Tests/Scenarios/CrashTests",
        [
            "stile-gate", "TestSupport", "GateStore", "TicketModel", "Encodings", "EntryLogFormat",
            "TrustFormat",
        ]
    ),
    tests(
        "GateLogicTests",
        [
            "GateLogic", "AdmissionRules", "TicketModel", "Encodings", "TokenFormat",
            "ManifestFormat", "EntryLogFormat",
        ]
    ),
    tests(
        "GateScannersTests",
        [
            "GateScanners", "GateLogic", "AdmissionRules", "TestSupport", "TicketModel",
            "Encodings", logging, lifecycle,
        ]
    ),
    tests(
        "GateCommandTests",
        [
            "stile-gate", "TestSupport", "GateStore", "Barcodes", "Platform", "TicketModel",
            "Encodings", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat",
        ]
    ),
    tests(
        "GateServiceTests",
        [
            "GateService", "GateScanners", "GateStore", "GateLogic", "AdmissionRules", "Platform",
            "TestSupport", "TicketModel", "Encodings", "Sodium", "TrustFormat", "ManifestFormat",
            "EntryLogFormat", "VenueAPI", hummingbird, asyncHTTPClient, lifecycle, logging,
            nioCore, nioHTTP1,
        ]
    ),
    tests(
        "GateStoreTests",
        [
            "GateStore", "GateLogic", "FormatVectors", "TestSupport", "TicketModel", "Encodings",
            "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat", "EntryLogFormat", "AdmissionRules", grdb,
        ]
    ),
]

let tested: [Target] = [
    tests("PlatformTests", ["Platform", "Encodings", "TicketModel", coreMetrics, logging]),
    tests("TidyTests", []),
    tests("DatabaseTests", ["Database", "DatabaseSQLite"]),
    tests(
        "CentralCommandTests",
        [
            "stile-central", "stile-gate", "TestSupport", "CentralStore", "Database", "Platform",
            "Encodings", "Sodium", "TicketModel", "TokenFormat", "TrustFormat",
        ]
    ),
    tests(
        "CentralStoreTests",
        [
            "CentralStore", "Database", "DatabaseSQLite", "EntryLogFormat", "Encodings",
            "FormatVectors", "ManifestFormat", "Platform", "Reconciliation", "Sodium",
            "TicketModel", "TokenFormat", "TrustFormat", "VenueAPI",
        ]
    ),
]

/// Central and a gate in one process: nothing but tests may link both.
let together: [Target] = [
    tests(
        "SyncScenarioTests",
        path: "Tests/Scenarios/Sync",
        [
            "CentralService", "CentralStore", "GateService", "GateStore", "GateLogic",
            "AdmissionRules", "Platform", "TestSupport", "TicketModel", "TokenFormat",
            "ManifestFormat", hummingbird, logging,
        ]
    )
]

let barcodes: [Target] = [
    module("BarcodeSamples", path: "Tests/BarcodesTests/Samples", []),
    .testTarget(
        name: "BarcodesTests",
        dependencies: ["Barcodes", "BarcodeSamples"],
        path: "Tests/BarcodesTests",
        exclude: ["Samples"],
        swiftSettings: strict
    ),
    .executableTarget(
        name: "bench-barcodes",
        dependencies: ["Barcodes", "BarcodeSamples"],
        path: "Tests/Benchmarks/Barcodes",
        swiftSettings: strict
    ),
]

/// Arbitrary bytes for every reader of strangers' bytes: `make fuzz`.
let fuzzing: [Target] = [
    module(
        "FuzzTargets",
        path: "Tests/Fuzz/Targets",
        [
            "TicketModel", "Encodings", "Sodium", "TokenFormat", "TrustFormat", "ManifestFormat",
            "EntryLogFormat",
        ]
    ),
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
    .executableTarget(
        name: "fuzz-formats",
        dependencies: ["FuzzTargets", "CLibFuzzer"],
        path: "Tests/Fuzz/Command",
        swiftSettings: strict
    ),
    tests("FuzzTests", path: "Tests/Fuzz/Replay", ["FuzzTargets"]),
]

let package = Package(
    name: "stile",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration",
            from: "1.4.0",
            traits: ["YAML"]
        ),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        system("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
        system("CZBar", pkgConfig: "zbar", apt: "libzbar-dev"),
        system("CQREncode", pkgConfig: "libqrencode", apt: "libqrencode-dev"),
        system("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
        system("CTurboJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev"),
        system("CSQLiteHardening", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    ] + pureModules + adapters + central + gate + together + barcodes + ruleTests + tested + fuzzing
)

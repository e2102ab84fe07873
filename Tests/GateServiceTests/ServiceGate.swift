import Foundation
import GateLogic
import GateService
import GateStore
import Logging
import Sodium
import TestSupport
import Testing
import TicketModel

/// A gate with its service, but without a process of its own.
struct ServiceGate: Sendable {
    let scratch: ScratchFolder
    let core: GateCore
    let lane: LaneKeeper
    let client: CentralClient

    /// - Parameters:
    ///   - prepared: in service from the start; `nil` makes a gate that was never enrolled.
    ///   - url: where central is.
    init(
        _ venue: TestVenue,
        prepared: ManifestFixture?,
        url: String = "http://127.0.0.1:1",
        root: [UInt8]? = nil,
        scratch: ScratchFolder? = nil
    ) async throws {
        let isNew = scratch == nil
        let folder = try scratch ?? ScratchFolder()
        self.scratch = folder
        if isNew {
            if let prepared {
                _ = try PreparedGate(folder: folder.path, venue: venue, manifest: prepared)
            } else {
                let data = GateData(folder.path)
                try data.prepare()
                try DeviceKeys(sign: venue.deviceSign, box: venue.deviceBox)
                    .store(data.deviceKey)
            }
        }
        let settings = GateSettings(
            data: folder.path,
            event: venue.event,
            central: .init(url: url, key: "test-key", root: root ?? venue.rootHash),
            status: nil,
            lanes: [.init(number: LaneNumber(1), direction: .entry)]
        )
        let logger = Logger(label: "gate") { _ in SwiftLogNoOpLogHandler() }
        core = try GateCore(settings: settings, logger: logger)
        await core.restore()
        lane = LaneKeeper(settings.lanes[0], core: core)
        client = CentralClient(base: url, authorization: GateAuthorization(key: "test-key"))
    }

    /// Shows a code at lane 1.
    func scan(_ code: [UInt8]) async -> LaneVerdict {
        await lane.scan(code, scanner: "test")
    }

    /// Syncs and uploads while `work` runs.
    func syncing(_ work: @escaping @Sendable () async throws -> Void) async throws {
        guard let central = core.settings.central else { return }
        let sync = SyncLoop(core: core, client: client, settings: central)
        let upload = UploadLoop(core: core, client: client)
        let mode = ModeRecords(core: core)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await sync.run() }
                group.addTask { try await upload.run() }
                group.addTask { try await mode.run() }
                try await work()
                group.cancelAll()
                try await group.waitForAll()
            }
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    /// Records that central has not confirmed.
    func waiting() throws -> UInt64 {
        try core.journal.uploadState(of: 1).waiting
    }
}

/// Expects that a condition comes true within `seconds`.
func expectEventually(
    within seconds: Double = 10,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) async throws {
    let isTrue = try await eventually(within: seconds, condition)
    #expect(isTrue, sourceLocation: sourceLocation)
}

import CentralStore
import ManifestFormat
import Testing
import TicketModel

@Suite("Events")
struct EventTests {
    @Test("an event comes back as it was given")
    func roundTrip() async throws {
        try await withCentral { central in
            var details = EventDetails.concert(named: "Robert'); DROP TABLE event;--")
            details.policy.isolated = .home
            let made = try await central.events.create(details, at: noon)
            let found = try await central.events.event(made.id)
            #expect(found == made)
            #expect(found.details == details)
            #expect(found.summary.revision == 1)
            #expect(found.summary.manifestVersion == 0)
        }
    }

    @Test("a changed event has the next revision; the same details change nothing")
    func update() async throws {
        try await withCentral { central in
            let made = try await central.events.create(.concert(), at: noon)
            var details = made.details
            let same = try await central.events.update(made.id, details, at: noon)
            #expect(same.summary.revision == 1)
            details.name = "Concert, moved"
            details.halls.append(HallDetails(number: HallNumber(9), name: "Tent"))
            details.gates.removeLast()
            details.windows.removeLast()
            details.classes.removeLast()
            let changed = try await central.events.update(made.id, details, at: noon)
            #expect(changed.details == details)
            #expect(changed.summary.revision == 2)
            await #expect(throws: StoreError.notFound(.event)) {
                try await central.events.update(EventID(high: 0, low: 0), details, at: noon)
            }
        }
    }

    @Test("a class that has tickets cannot go, and then nothing is changed")
    func classInUse() async throws {
        try await withCentral { central in
            let (event, _) = try await central.concert(tickets: 1)
            var details = EventDetails.concert(named: "Other")
            details.classes.removeFirst()
            details.windows.removeFirst()
            await #expect(throws: StoreError.inUse("/classes/1")) {
                try await central.events.update(event, details, at: noon)
            }
            #expect(try await central.events.event(event).details == .concert())
        }
    }

    @Test("everything that is wrong is told at once, with its place")
    func invalid() async throws {
        try await withCentral { central in
            var details = EventDetails.concert(named: "")
            details.venue = "Line\nbreak"
            details.ends = details.starts
            details.halls[1].number = details.halls[0].number
            details.gates[0].number = .any
            details.classes[0].number = .specimen
            details.classes[1].usesMax = 0
            details.windows[1].gate = GateNumber(1)
            let error = await #expect(throws: StoreError.self) {
                try await central.events.create(details, at: noon)
            }
            guard case .invalid(let values) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            let pointers = Set(values.map(\.pointer))
            let expected: Set = [
                "/name", "/venue", "/ends", "/halls/1/number", "/gates/0/number",
                "/classes/0/number", "/classes/1/uses_max", "/windows/1/gate",
            ]
            #expect(expected.isSubset(of: pointers))
            let none = try await central.events.list(limit: 10).items
            #expect(none.isEmpty)
        }
    }

    @Test("an event that is over cannot be created")
    func past() async throws {
        try await withCentral { central in
            await #expect(throws: StoreError.self) {
                try await central.events.create(.concert(), at: noon + 301)
            }
        }
    }

    @Test("the list runs by start, page by page, each event once")
    func list() async throws {
        try await withCentral { central in
            var made: [EventID] = []
            for index in 0..<7 {
                var details = EventDetails.concert(named: "Day \(index)")
                // Two start together.
                details.starts = noon + 60 + (index / 2)
                details.windows.removeAll()
                made.append(try await central.events.create(details, at: noon).id)
            }
            var seen: [EventSummary] = []
            var cursor: EventCursor?
            repeat {
                let page = try await central.events.list(after: cursor, limit: 3)
                #expect(page.items.count <= 3)
                seen += page.items
                cursor = page.next
            } while cursor != nil
            #expect(Set(seen.map(\.id)) == Set(made))
            #expect(seen.count == 7)
            #expect(seen.map(\.starts) == seen.map(\.starts).sorted())
        }
    }
}

import TicketModel

extension EventDetails {
    /// An event lasts this long at most; a longer one is a typing mistake.
    static let lengthMax = Duration.seconds(366 * 86_400)

    /// Checks everything that does not need the database.
    func check() throws(StoreError) {
        var checker = Checker()
        checker.name(name, "/name")
        checker.name(venue, "/venue")
        checker.require(starts.milliseconds > 0, "/starts", "must be after 1970")
        checker.require(starts < ends, "/ends", "must be after starts")
        checker.require(
            starts >= ends || ends - starts <= Self.lengthMax,
            "/ends",
            "must be within 366 days of starts"
        )
        // Tokens carry 32-bit seconds.
        checker.require(ends.tokenSeconds != nil, "/ends", "must be before 2106")
        checkHalls(&checker)
        checkGates(&checker)
        checkClasses(&checker)
        checkWindows(&checker)
        try checker.finish()
    }

    private func checkHalls(_ checker: inout Checker) {
        checker.require(!halls.isEmpty, "/halls", "must name a hall")
        checker.require(
            halls.count <= StoreLimits.hallsMax,
            "/halls",
            "must be at most \(StoreLimits.hallsMax)"
        )
        var seen: Set<HallNumber> = []
        for (index, hall) in halls.enumerated() {
            checker.name(hall.name, "/halls/\(index)/name")
            let isNew = seen.insert(hall.number).inserted
            checker.require(isNew, "/halls/\(index)/number", "stands twice")
        }
    }

    private func checkGates(_ checker: inout Checker) {
        checker.require(
            gates.count <= StoreLimits.gatesMax,
            "/gates",
            "must be at most \(StoreLimits.gatesMax)"
        )
        let known = Set(halls.map(\.number))
        var seen: Set<GateNumber> = []
        for (index, gate) in gates.enumerated() {
            checker.name(gate.name, "/gates/\(index)/name")
            checker.require(gate.number != .any, "/gates/\(index)/number", "must not be 0")
            let isNew = seen.insert(gate.number).inserted
            checker.require(isNew, "/gates/\(index)/number", "stands twice")
            checker.require(known.contains(gate.hall), "/gates/\(index)/hall", "is no hall here")
        }
    }

    private func checkClasses(_ checker: inout Checker) {
        checker.require(
            classes.count <= StoreLimits.classesMax,
            "/classes",
            "must be at most \(StoreLimits.classesMax)"
        )
        var seen: Set<ClassNumber> = []
        for (index, item) in classes.enumerated() {
            let pointer = "/classes/\(index)"
            checker.name(item.name, "\(pointer)/name")
            let isUsable = item.number != .unstated && item.number != .specimen
            checker.require(isUsable, "\(pointer)/number", "must be 1 to 65534")
            checker.require(seen.insert(item.number).inserted, "\(pointer)/number", "stands twice")
            checker.require(item.usesMax > 0, "\(pointer)/uses_max", "must be at least 1")
            checker.require(!item.methods.isEmpty, "\(pointer)/methods", "must name a method")
            checker.require(
                Methods.all.isSuperset(of: item.methods),
                "\(pointer)/methods",
                "has an unknown method"
            )
        }
    }

    private func checkWindows(_ checker: inout Checker) {
        checker.require(
            windows.count <= StoreLimits.windowsMax,
            "/windows",
            "must be at most \(StoreLimits.windowsMax)"
        )
        let knownClasses = Set(classes.map(\.number))
        let knownHalls = Set(halls.map(\.number))
        let gateHalls = Dictionary(gates.map { ($0.number, $0.hall) }) { first, _ in first }
        var seen: Set<WindowKey> = []
        for (index, window) in windows.enumerated() {
            let pointer = "/windows/\(index)"
            let isKnown = knownClasses.contains(window.accessClass)
            checker.require(isKnown, "\(pointer)/class", "is no class here")
            checker.require(knownHalls.contains(window.hall), "\(pointer)/hall", "is no hall here")
            let isGateOfHall = window.gate == .any || gateHalls[window.gate] == window.hall
            checker.require(isGateOfHall, "\(pointer)/gate", "is no gate of this hall")
            checker.require(seen.insert(WindowKey(window)).inserted, pointer, "stands twice")
            if let start = window.notBefore {
                checker.require(start.milliseconds > 0, "\(pointer)/nbf", "must be after 1970")
            }
            if let end = window.expires {
                checker.require(end.milliseconds > 0, "\(pointer)/exp", "must be after 1970")
                let isAfter = (window.notBefore ?? Timestamp(milliseconds: 0)) < end
                checker.require(isAfter, "\(pointer)/exp", "must be after nbf")
            }
        }
    }

    private struct WindowKey: Hashable {
        let accessClass: ClassNumber
        let hall: HallNumber
        let gate: GateNumber
        let start: Timestamp?

        init(_ window: AccessWindow) {
            accessClass = window.accessClass
            hall = window.hall
            gate = window.gate
            start = window.notBefore
        }
    }
}

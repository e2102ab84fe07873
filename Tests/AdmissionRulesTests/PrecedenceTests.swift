import AdmissionRules
import FormatVectors
import Testing

@Suite("The order of the rules")
struct PrecedenceTests {
    private func scan(_ carrier: Carrier) -> DoorScan {
        DoorScan().with { $0.shown = carrier.shown }
    }

    @Test("each fault alone gets its own verdict, and the scan without fault gets SUCCESS")
    func alone() {
        for carrier in Carrier.allCases {
            #expect(scan(carrier).verdict == "SUCCESS")
            for defect in protocolOrder where defect.carriers.contains(carrier) {
                let spoiled = scan(carrier).with { defect.apply(&$0) }
                #expect(spoiled.verdict == defect.verdict, "rule \(defect.rule), \(carrier)")
            }
        }
        #expect(protocolOrder.map(\.rule) == protocolOrder.map(\.rule).sorted())
        #expect(
            Set(protocolOrder.map(\.rule)) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
        )
    }

    @Test("of any two faults that can hold together the earlier one is told")
    func pairs() {
        var pairs = 0
        for (index, first) in protocolOrder.enumerated() {
            for second in protocolOrder[(index + 1)...] where first.canHold(with: second) {
                for carrier in first.carriers.intersection(second.carriers) {
                    let spoiled = scan(carrier).with {
                        first.apply(&$0)
                        second.apply(&$0)
                    }
                    pairs += 1
                    #expect(
                        spoiled.verdict == first.verdict,
                        "\(first.rule) before \(second.rule) (\(second.verdict)), \(carrier)"
                    )
                }
            }
        }
        print("precedence: \(pairs) pairs of faults")
        #expect(pairs > 1500)
    }

    @Test("of any heap of faults the earliest is told")
    func heaps() {
        var random = SeededRandom(for: "heaps of faults")
        for _ in 0..<3000 {
            let carrier = Carrier.allCases.randomElement(using: &random) ?? .live
            var heap: [Defect] = []
            for defect in protocolOrder.shuffled(using: &random).prefix(12)
            where defect.carriers.contains(carrier) && heap.allSatisfy(defect.canHold) {
                heap.append(defect)
            }
            let spoiled = scan(carrier).with { scan in
                for defect in heap { defect.apply(&scan) }
            }
            let earliest = heap.min { $0.rule < $1.rule }
            let rivals = heap.filter { $0.rule == earliest?.rule }
            // Two faults under one rule of PROTOCOL keep the order of this list.
            let expected = protocolOrder.first { candidate in
                rivals.contains { $0.verdict == candidate.verdict }
            }
            #expect(spoiled.verdict == expected?.verdict ?? "SUCCESS")
        }
    }
}

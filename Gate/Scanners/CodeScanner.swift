package import GateLogic

/// What a scanner does with the text of a code: it waits for the lane's verdict before the next
/// one, so that no more scans are ever under way than there are scanners.
package typealias ScanHandler = @Sendable (_ text: [UInt8]) async -> LaneVerdict

/// A source of codes at one lane.
package protocol CodeScanner: Sendable {
    /// How status and verdicts name it, such as `lane1/tcp`.
    var name: String { get }

    /// Reads codes until the source ends or the task is cancelled.
    ///
    /// - Throws: what is wrong with the source; it is then started again after a pause.
    func run() async throws
}

/// What is wrong with a scanner's source.
package struct ScannerFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// One attempt of the ladder.
package enum Rung: String, CaseIterable, Hashable, Sendable {
    /// The whole picture as it is.
    case untouched
}

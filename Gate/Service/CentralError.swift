package import VenueAPI

/// Why central did not give what a gate asked for.
package enum CentralError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No connection, or it broke.
    case unreachable(String)
    case timedOut
    /// An error answer; the problem details if it carried any.
    case status(Int, ProblemDetails?)
    case tooLarge(bytesMax: Int)
    /// An answer that is not what this call gives.
    case badAnswer(String)
    /// An answer that was not signed by the right key, or does not belong to the question.
    case notBelieved(String)
    /// The gate could not store the answer.
    case storage(String)
    /// Central has signed for records that are not in this gate's log.
    case logLost

    package var description: String {
        switch self {
        case .unreachable(let reason): "central cannot be reached: \(reason)"
        case .timedOut: "central does not answer in time"
        case .status(let status, let problem):
            "central answers \(status)" + (problem.map { ": \($0.title)" } ?? "")
        case .tooLarge(let bytesMax): "answer has more than \(bytesMax) bytes"
        case .badAnswer(let what): "answer is not \(what)"
        case .notBelieved(let why): "answer not believed: \(why)"
        case .storage(let fault): "answer not stored: \(fault)"
        case .logLost: "this gate's log was lost: it enrols for the next one"
        }
    }
}

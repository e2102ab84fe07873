import Dispatch

/// Runs one lane on threads apart from everyone else's, so that a lane that waits for the disk
/// holds up neither another lane nor the status page, and needs no other thread to go on.
final class LaneExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label, qos: .userInteractive)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}

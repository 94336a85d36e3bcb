internal import Synchronization

/// The exit status of a program elsewhere, which becomes ours once the command is done.
final class RemoteStatus: Sendable {
    private let kept = Mutex<Int32?>(nil)

    /// The status, 0 to 255; nil when there was no such program.
    var status: Int32? { kept.withLock { $0 } }

    /// Leaves the status.
    func leave(_ status: Int32) { kept.withLock { $0 = status } }
}

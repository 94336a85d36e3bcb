internal import Dispatch

/// Runs work that blocks on a thread of its own, away from the few threads that Swift's tasks share.
///
/// - Parameters:
///   - label: Names the thread for debuggers.
///   - work: Blocks for as long as it likes.
/// - Returns: What `work` returned.
func onOwnThread<Value: Sendable>(_ label: String, _ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        startThread(label) { continuation.resume(returning: work()) }
    }
}

/// Starts work that blocks, and does not wait for it.
func startThread(_ label: String, _ work: @escaping @Sendable () -> Void) {
    // A serial queue of its own has a thread of its own while it works, also when others block.
    DispatchQueue(label: "ssm-broker.\(label)").async(execute: work)
}

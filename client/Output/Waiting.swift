/// Tells a person at a terminal that an answer takes its time, and how long it has.
struct Waiting: Sendable {
    /// What is waited for, for example `Waiting for the broker`.
    let what: String
    /// Where it is told, and how time passes.
    let world: Dependencies

    /// An answer that is there sooner than this needs no words.
    private static let silentSteps = 15
    private static let stepMilliseconds = 100

    /// Waits for an answer; the line is gone when it is there.
    func show<Answer: Sendable>(until answer: () async throws -> Answer) async rethrows -> Answer {
        guard let write = world.output.progress else { return try await answer() }
        // Cancelled, and waited for, as soon as the answer is there.
        async let _: Void = tell(write)
        return try await answer()
    }

    private func tell(_ write: @Sendable (String) -> Void) async {
        var step = 0
        while !Task.isCancelled {
            await world.pause(Self.stepMilliseconds)
            step += 1
            let isFullSecond = step * Self.stepMilliseconds % 1000 == 0
            if !Task.isCancelled, step > Self.silentSteps, isFullSecond {
                write("\r\u{1B}[K\(what) (\(step * Self.stepMilliseconds / 1000) s)")
            }
        }
        if step > Self.silentSteps { write("\r\u{1B}[K") }
    }
}

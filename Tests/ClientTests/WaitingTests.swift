import Synchronization
import Testing

@testable import ssm_broker

@Suite("waiting for the broker")
struct WaitingTests {
    /// What a terminal was shown.
    private final class Screen: Sendable {
        let written = Mutex("")
        var text: String { written.withLock { $0 } }
    }

    @Test("an answer that takes its time is told at a terminal, and the line is gone before the answer is shown")
    func slow() async throws {
        let screen = Screen()
        var dependencies = try World().dependencies()
        dependencies.output.progress = { text in screen.written.withLock { $0 += text } }
        dependencies.pause = { _ in await Task.yield() }
        let answer = await Waiting(what: "Waiting for the broker", world: dependencies).show {
            while !screen.text.contains("(3 s)") { await Task.yield() }
            return 7
        }
        #expect(answer == 7)
        #expect(screen.text.hasPrefix("\r\u{1B}[KWaiting for the broker (2 s)\r\u{1B}[KWaiting for the broker (3 s)"))
        #expect(screen.text.hasSuffix("\r\u{1B}[K"))
    }

    @Test("a quick answer, and one without a terminal, leave no trace")
    func quick() async throws {
        let screen = Screen()
        let world = try World()
        var dependencies = world.dependencies()
        #expect(await Waiting(what: "Waiting", world: dependencies).show { 1 } == 1)
        dependencies.output.progress = { text in screen.written.withLock { $0 += text } }
        #expect(await Waiting(what: "Waiting", world: dependencies).show { 2 } == 2)
        #expect(screen.text.isEmpty)
        #expect(world.notes.isEmpty)
    }
}

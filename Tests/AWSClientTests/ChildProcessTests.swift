import Foundation
import Testing

@testable import AWSClient

@Suite("child processes")
struct ChildProcessTests {
    #if os(Linux)
    @Test("a child begins with no signal blocked, even where its parent's thread blocks all")
    func signals() async throws {
        let outcome = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var every = sigset_t()
                sigfillset(&every)
                pthread_sigmask(SIG_SETMASK, &every, nil)
                // A run that fails leaves nothing to compare, which the expectation below says.
                continuation.resume(returning: try? run(["grep", "SigBlk", "/proc/self/status"]))
            }
        }
        #expect(outcome.map { String(decoding: $0.output, as: UTF8.self) } == "SigBlk:\t0000000000000000\n")
    }
    #endif

    @Test("words with spaces, quotes and non-ASCII text arrive as they are")
    func words() throws {
        let words = ["a b", "", "'\"\\", "é"]
        let outcome = try run(["printf", "%s|"] + words)
        #expect(String(decoding: outcome.output, as: UTF8.self) == words.map { $0 + "|" }.joined())
        #expect(outcome.status == 0)
    }

    private func run(_ words: [String]) throws -> ChildProcess.Outcome {
        try ChildProcess.run(
            words,
            environment: ["PATH": "/usr/bin:/bin"],
            milliseconds: 5000,
            standardError: 2
        )
    }
}

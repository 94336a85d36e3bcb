import Foundation
import HTTPTransport
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

/// A custom resource's door in a world of its own: a scripted bucket, and a clock that only waiting moves.
struct CustomResourceRun {
    static let create = EventFixture("custom-resource")
    static let begin: Int64 = 1_795_262_400_000

    let transport: ScriptedTransport
    let waits = Waits()
    let log = LogLines()
    private let door: CustomResourceDoor
    private let seconds: Int64

    /// The waits asked for, in milliseconds.
    final class Waits: Sendable {
        private let seen = Mutex<[Int64]>([])
        var all: [Int64] { seen.withLock { $0 } }
        func add(_ milliseconds: Int64) { seen.withLock { $0.append(milliseconds) } }
    }

    /// - Parameters:
    ///   - places: Where answers may go.
    ///   - answers: The bucket's.
    ///   - seconds: How long the function may run.
    ///   - timeIsUp: Whether the wait for the deadline ends at once; else it lasts until it is cancelled.
    init(
        places: ResponsePlaces = ResponsePlacesTests.ireland,
        answers: [ScriptedTransport.Answer] = [.response(HTTPResponse(status: 200))],
        seconds: Int64 = 60,
        timeIsUp: Bool = false
    ) {
        transport = ScriptedTransport(answers)
        self.seconds = seconds
        let patience = max(seconds * 1000 - CustomResourceDoor.marginMilliseconds, seconds * 500)
        door = CustomResourceDoor(
            answeringAt: places,
            CustomResourceDoor.Dependencies(
                transport: transport,
                now: { [waits] in Self.begin + waits.all.reduce(0, +) },
                sleep: { [waits] milliseconds in
                    guard milliseconds == patience, !timeIsUp else { return waits.add(milliseconds) }
                    // Cancelled when the work is done first.
                    try await Task.sleep(for: .seconds(3600))
                }
            ),
            logger: log.logger
        ) { "ssm-broker/\($0)" }
    }

    func answer(
        _ event: EventFixture,
        _ work: @escaping CustomResourceDoor.Work = { _, _ in nil }
    ) async throws -> [UInt8] {
        try await door.answer(
            Invocation(id: "i-1", deadlineMilliseconds: Self.begin + seconds * 1000, event: try event.bytes()),
            work
        )
    }

    /// The members of the one answer sent.
    func sent() throws -> [String: String] {
        let request = try #require(transport.requests.last)
        return try JSONDecoder().decode([String: String].self, from: Data(request.body))
    }
}

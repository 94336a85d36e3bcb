package import HTTPTransport
internal import Synchronization

/// A transport whose every exchange is scripted: a request that was not expected fails the test, and so do leftover answers.
package final class ScriptedTransport: HTTPTransport {
    /// What one expected request gets.
    package enum Answer: Sendable {
        /// A whole reply.
        case response(HTTPResponse)
        /// No reply, for this reason.
        case failure(HTTPFailure)
    }

    private struct State {
        var answers: [Answer]
        var requests: [HTTPRequest] = []
        var unexpected = 0
    }

    private let state: Mutex<State>

    /// Makes a transport that gives these answers, one a request, in order.
    package init(_ answers: [Answer]) {
        state = Mutex(State(answers: answers))
    }

    /// Every request so far, in order.
    package var requests: [HTTPRequest] { state.withLock { $0.requests } }

    /// Whether every answer was asked for, and nothing else was.
    package var isExhausted: Bool { state.withLock { $0.answers.isEmpty && $0.unexpected == 0 } }

    package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let answer: Answer? = state.withLock { state in
            state.requests.append(request)
            guard !state.answers.isEmpty else {
                state.unexpected += 1
                return nil
            }
            return state.answers.removeFirst()
        }
        switch answer {
        case .response(let response): return response
        case .failure(let failure): throw failure
        case nil:
            throw HTTPFailure(
                .invalidURL,
                mayHaveReachedServer: false,
                explanation: "unscripted request: \(request.method)"
            )
        }
    }
}

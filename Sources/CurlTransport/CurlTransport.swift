public import HTTPTransport
internal import Synchronization

/// The network by way of libcurl: one thread, all its connections, many requests at once.
///
/// Connections are kept and used again. Nothing is added to a request but `Host` and `Content-Length`; no redirect is
/// followed, no cookie kept,
/// nothing decompressed, and no request is sent twice, not even when a kept connection turns out dead. HTTP/1.1 only,
/// TLS 1.2 or newer.
public final class CurlTransport: HTTPTransport {
    private let loop: CurlLoop

    /// Starts a transport; it stops when it is released.
    ///
    /// - Parameter environment: The process's environment. `AWS_CA_BUNDLE` names the authorities to trust instead of
    ///   the system's;
    ///   `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case, are read as curl reads them.
    public convenience init(environment: [String: String]) {
        self.init(
            trust: .choose(asked: environment["AWS_CA_BUNDLE"], look: CertificateTrust.look),
            environment: environment
        )
    }

    /// Starts a transport that trusts these authorities.
    ///
    /// - Parameters:
    ///   - trust: Who may vouch for servers.
    ///   - environment: The process's environment, for proxies.
    public init(trust: CertificateTrust, environment: [String: String]) {
        loop = CurlLoop(settings: .init(trust: trust, proxies: ProxyChoice(environment: environment)))
        loop.start()
    }

    deinit {
        loop.stop()
    }

    /// Sends a request and waits for the whole reply; cancelling the task ends the exchange at once.
    public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        try await run(.exchange, request)
    }

    /// Opens a connection, TLS included, and keeps it for the first request that can use it; nothing is asked of the
    /// server.
    ///
    /// - Parameters:
    ///   - url: Any address of the host.
    ///   - limits: How long it may take.
    /// - Throws: ``HTTPFailure`` when no connection could be opened, which is worth knowing but stops nothing.
    public func warm(_ url: String, limits: HTTPLimits = .standard) async throws(HTTPFailure) {
        _ = try await run(.connection, HTTPRequest(method: "HEAD", url: url, limits: limits))
    }

    private func run(_ goal: CurlJob.Goal, _ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let cancellation = Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.submit(
                    CurlJob(goal: goal, request: request, cancellation: cancellation) {
                        continuation.resume(returning: $0)
                    }
                )
            }
        } onCancel: {
            cancellation.request()
            loop.wake()
        }
        return try result.get()
    }
}

/// One exchange that somebody waits for.
struct CurlJob: Sendable {
    /// What is wanted.
    enum Goal: Sendable {
        /// A whole reply.
        case exchange
        /// An open connection, and nothing sent.
        case connection
    }

    let goal: Goal
    let request: HTTPRequest
    let cancellation: Cancellation
    /// Called once, on the loop's thread.
    let finish: @Sendable (Result<HTTPResponse, HTTPFailure>) -> Void
}

/// Whether the waiting task was cancelled; set on any thread, seen by the loop when it is woken.
final class Cancellation: Sendable {
    private let requested = Atomic(false)

    /// Whether it was.
    var isRequested: Bool { requested.load(ordering: .acquiring) }

    /// Asks for it.
    func request() { requested.store(true, ordering: .releasing) }
}

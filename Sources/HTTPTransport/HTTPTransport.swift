/// The one door to the network.
///
/// Implementations follow no redirects, keep no cookies and add no retry: what to do about a failure is the caller's decision.
public protocol HTTPTransport: Sendable {
    /// Sends a request and waits for the whole reply.
    ///
    /// - Parameter request: What to send.
    /// - Returns: The reply, whatever its status.
    /// - Throws: ``HTTPFailure`` when no whole reply came.
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse
}

/// Why no whole reply came.
public struct HTTPFailure: Error, Sendable, Hashable {
    /// The kinds of failure that a caller can act on.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The URL cannot be used.
        case invalidURL
        /// The host name, or the proxy's, has no address.
        case unresolved
        /// No connection could be opened.
        case unreachable
        /// A proxy stands in the way and refused, or asked for credentials.
        case proxy
        /// The TLS handshake failed or the certificate is not trusted.
        case untrusted
        /// The time allowed ran out.
        case timeout
        /// The connection ended before the whole reply was there.
        case interrupted
        /// The reply is larger than allowed.
        case tooLarge
        /// The caller gave up.
        case cancelled
    }

    /// What happened.
    public let kind: Kind
    /// Whether any byte of the request may have reached the server: if false, the call certainly had no effect.
    public let mayHaveReachedServer: Bool
    /// One line for a person; holds host names, never header or body text nor a URL's query.
    public let explanation: String

    /// Makes a failure.
    public init(_ kind: Kind, mayHaveReachedServer: Bool, explanation: String) {
        self.kind = kind
        self.mayHaveReachedServer = mayHaveReachedServer
        self.explanation = explanation
    }
}

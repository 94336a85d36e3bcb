public import SessionCore

extension SSM {
    /// A session that was started: what its one plugin needs to connect.
    public struct StartedSession: Sendable, Hashable {
        /// The id: the starter's role session name, a dash, and text of no fixed form.
        public let sessionID: String
        /// Opens the data channel, once and soon; never logged, never stored.
        public let tokenValue: Secret<String>
        /// The data channel's address, kept byte for byte; its query may open the channel too.
        public let streamURL: Secret<String>
        /// The request ID that CloudTrail knows; nil when the answer had none.
        public let requestID: String?
    }

    /// Starts a session.
    ///
    /// Repeated only when AWS says that it did not begin because of throttling: see ``AWSFailure/outcomeUnknown``.
    /// Success does not mean that
    /// the shell starts: what goes wrong on the node is seen on the data channel only.
    ///
    /// - Parameters:
    ///   - node: The node, in the account and Region that are called.
    ///   - documentName: The session document.
    ///   - reason: 1 to 256 characters without line breaks; nil for none, since AWS refuses empty text.
    ///   - parameters: The document's parameters, each a list.
    /// - Returns: What the plugin needs.
    /// - Throws: ``AWSFailure``; where `outcomeUnknown` is true there may be a session.
    public func startSession(
        node: NodeID,
        documentName: String,
        reason: String? = nil,
        parameters: [String: [String]] = [:]
    ) async throws -> StartedSession {
        let input = SessionWire.Start(
            target: node.text,
            documentName: documentName,
            reason: reason,
            parameters: parameters.isEmpty ? nil : parameters
        )
        return try await send(
            JSONProtocol.call("StartSession", repeatable: .onlyWhenThrottled, input: input) {
                (wire: SessionWire.Started, requestID) in
                StartedSession(
                    sessionID: try required(wire.sessionID, "SessionId"),
                    tokenValue: Secret(try required(wire.tokenValue, "TokenValue")),
                    streamURL: Secret(try required(wire.streamURL, "StreamUrl")),
                    requestID: requestID
                )
            }
        )
    }

    /// Ends a session for good; ending an ended one is no error.
    ///
    /// - Returns: The request ID that CloudTrail knows; nil when the answer had none.
    @discardableResult
    public func terminateSession(id: String) async throws -> String? {
        try await send(
            JSONProtocol.call("TerminateSession", repeatable: .always, input: SessionWire.Terminate(sessionID: id)) {
                (_: SessionWire.Nothing, requestID) in requestID
            }
        )
    }

    /// A session as DescribeSessions lists it.
    public struct ListedSession: Sendable, Hashable {
        /// The id.
        public let sessionID: String
        /// The node, or another kind of target.
        public let target: String
        /// `Connected`, `Connecting`, `Disconnected`, `Terminated`, `Terminating` or `Failed`; text, because AWS may
        /// add to it.
        public let status: String
        /// The starter's ARN, `arn:aws:sts::<account>:assumed-role/<role>/<session name>`.
        public let owner: String
        /// The document; nil when the answer has none.
        public let documentName: String?
        /// The reason given at the start; nil for none.
        public let reason: String?
        /// When it started; nil when the answer has no such time.
        public let started: Timestamp?
        /// When it ended; nil while it lasts.
        public let ended: Timestamp?
    }

    /// The most that DescribeSessions gives at once.
    private static let sessionsPerPage = 200

    /// Which sessions DescribeSessions lists.
    public enum SessionState: String, Sendable, Hashable {
        /// Those that last, disconnected ones too.
        case active = "Active"
        /// Those that ended in the last 30 days.
        case history = "History"
    }

    /// A condition that listed sessions meet.
    public struct SessionFilter: Sendable, Hashable {
        /// What is compared.
        public enum Key: String, Sendable, Hashable {
            /// Started after an ISO 8601 time.
            case invokedAfter = "InvokedAfter"
            /// Started before an ISO 8601 time.
            case invokedBefore = "InvokedBefore"
            /// The node's id.
            case target = "Target"
            /// The starter's whole ARN.
            case owner = "Owner"
            /// The status.
            case status = "Status"
            /// The session's id.
            case sessionID = "SessionId"
        }

        /// What is compared.
        public let key: Key
        /// With what; 1 to 400 characters.
        public let value: String

        /// Makes a condition.
        public init(_ key: Key, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// Some or all of the sessions asked for.
    public struct SessionListing: Sendable, Hashable {
        /// The sessions, in AWS's order.
        public let sessions: [ListedSession]
        /// Whether these are all; false when the limit came first.
        public let isComplete: Bool
    }

    /// Lists sessions, page by page.
    ///
    /// - Parameters:
    ///   - state: Lasting or ended ones.
    ///   - filters: Conditions that all hold; at most 6.
    ///   - limit: Stops after the page on which this many are reached.
    /// - Returns: The sessions, and whether they are all.
    /// - Throws: ``AWSFailure``.
    public func sessions(
        _ state: SessionState,
        filters: [SessionFilter] = [],
        limit: Int = 1000
    ) async throws -> SessionListing {
        var sessions: [ListedSession] = []
        var next: String?
        repeat {
            let input = SessionWire.Describe(
                state: state.rawValue,
                maxResults: Self.sessionsPerPage,
                nextToken: next,
                filters: filters.isEmpty ? nil : filters.map { .init(key: $0.key.rawValue, value: $0.value) }
            )
            let page = try await send(
                JSONProtocol.call("DescribeSessions", repeatable: .always, input: input) {
                    (wire: SessionWire.Page, _) in wire
                }
            )
            sessions += try (page.sessions ?? []).map(ListedSession.init)
            next = page.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        } while next != nil && sessions.count < limit
        return SessionListing(sessions: sessions, isComplete: next == nil)
    }

    /// Whether a node is connected to Session Manager.
    public func isConnected(_ node: NodeID) async throws -> Bool {
        try await send(
            JSONProtocol.call("GetConnectionStatus", repeatable: .always, input: SessionWire.Target(target: node.text))
            {
                (wire: SessionWire.Connection, _) in
                switch try required(wire.status, "Status").lowercased() {
                case "connected": true
                case "notconnected": false
                default: throw BrokenOutput(part: "Status")
                }
            }
        )
    }
}

internal import SessionCore

/// Which of the sessions that may run are meant.
struct SessionChoice: Sendable {
    /// What the store is asked for.
    var query: SessionQuery
    /// Which of what it finds are meant.
    var includes: @Sendable (SessionHistory) -> Bool

    /// Those that fit a query; whatever states it names, only sessions that may run are meant.
    init(_ query: SessionQuery, where includes: @escaping @Sendable (SessionHistory) -> Bool = { _ in true }) {
        self.query = query
        self.query.states = SessionHistory.State.mayRun
        self.query.limit = SessionQuery.maximumLimit
        self.query.cursor = nil
        self.includes = includes
    }

    /// Those that a map, in force or only planned, would not start as they are.
    static func forbidden(by map: RoleMap, ceiling: Ceiling) -> SessionChoice {
        SessionChoice(SessionQuery()) { $0.objection(under: map, ceiling: ceiling) != nil }
    }
}

extension Broker {
    /// The most pages of sessions that are read in one request, of ``SessionQuery/maximumLimit`` each.
    private static let maximumPages = 20

    /// The sessions of a choice.
    ///
    /// - Parameter choice: Which ones.
    /// - Returns: Them, newest first, and whether those are all.
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``.
    func sessions(of choice: SessionChoice) async throws -> (sessions: [SessionHistory], isComplete: Bool) {
        var query = choice.query
        var found: [SessionHistory] = []
        for _ in 0..<Self.maximumPages {
            let page = try await dependencies.audit.sessions(matching: query)
            found += page.sessions.filter(choice.includes)
            query.cursor = page.next
            if page.next == nil { return (found, true) }
        }
        return (found, false)
    }
}

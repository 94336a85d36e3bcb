internal import SessionCore

extension AuditStoreContract {
    static let sessionRules = [
        AuditStoreContract("the state of a session is at every moment what its records come to") { store in
            try require(try await store.session(AuditSamples.id(1)) == nil, "no session without records")
            let steps: [(AuditEvent, SessionHistory.State)] = [
                (.intent, .pending), (.started, .live), (.refused, .live), (.credentials, .live), (.ended, .ended),
                (.credentials, .ended), (.ended, .ended),
            ]
            for (number, step) in steps.enumerated() {
                var record = try AuditSamples.record(number + 1, step.0, session: 1)
                if step.0 == .started { record.aws = AuditAWS(sessionID: "alice.0000-1") }
                _ = try await store.append(record)
                let session = try await store.session(AuditSamples.id(1))
                try require(session?.state == step.1, "\(step.1) after \(step.0)")
                try await requireFold(of: AuditSamples.id(1), in: store)
            }
            let session = try await store.session(AuditSamples.id(1))
            try require(session?.opened == AuditSamples.time(1), "opened with the intent")
            try require(session?.ended == AuditSamples.time(5), "ended when the first end was recorded")
            try require(session?.sessionID == "alice.0000-1", "with the id that the start gave")
        },
        AuditStoreContract("a session that failed, or of which nobody knows, says so") { store in
            for (number, event) in [AuditEvent.failed, .unknown].enumerated() {
                let session = (number + 1) * 10
                _ = try await store.append(try AuditSamples.record(session, .intent, session: session))
                _ = try await store.append(try AuditSamples.record(session + 1, event, session: session))
                try await requireFold(of: AuditSamples.id(session), in: store)
            }
            try require(try await store.session(AuditSamples.id(10))?.state == .failed, "failed")
            try require(try await store.session(AuditSamples.id(20))?.state == .unknown, "unknown")
        },
        AuditStoreContract("a session that stands as its records say is not made anew") { store in
            _ = try await store.append(try AuditSamples.record(1, .intent, session: 1))
            _ = try await store.append(try AuditSamples.record(2, .started, session: 1))
            _ = try await store.append(try AuditSamples.record(3, .started, session: 3))
            for number in [1, 3, 9] {
                try require(try await !store.rebuild(AuditSamples.id(number)), "nothing to do for session \(number)")
            }
            try await requireFold(of: AuditSamples.id(1), in: store)
            _ = try await store.append(try AuditSamples.record(4, .ended, session: 1))
            try require(try await store.session(AuditSamples.id(1))?.state == .ended, "and it goes on")
        },
        AuditStoreContract("records without an intent, or of no session, make no session") { store in
            _ = try await store.append(try AuditSamples.record(1, .denied))
            _ = try await store.append(try AuditSamples.record(2, .started, session: 2))
            _ = try await store.append(try AuditSamples.record(3, .refused, session: 3))
            _ = try await store.append(try AuditSamples.record(4, .checked))
            try require(try await store.sessions(matching: SessionQuery()).sessions.isEmpty, "no session")
            for number in 1...4 {
                try require(try await store.session(AuditSamples.id(number)) == nil, "no session \(number)")
            }
        },
        AuditStoreContract("a record that is refused, or there already, leaves the session as it is") { store in
            _ = try await store.append(try AuditSamples.record(1, .intent, session: 1))
            _ = try await store.append(try AuditSamples.record(2, .failed, session: 1))
            try await require(
                .outcomeAlreadyRecorded,
                appending: try AuditSamples.record(3, .started, session: 1),
                to: store
            )
            _ = try await store.append(try AuditSamples.record(2, .ended, session: 1))
            try require(try await store.session(AuditSamples.id(1))?.state == .failed, "still failed")
            try await requireFold(of: AuditSamples.id(1), in: store)
        },
        AuditStoreContract("sessions are found by what every given part fits, newest first") { store in
            let web = "i-0aaaaaaaaaaaaaaa1"
            try await open(1, in: store)
            try await open(2, permissionSet: "WebOperator", node: web, .started, in: store)
            try await open(3, user: "bob", node: web, .started, .ended, in: store)
            try await open(4, .failed, in: store)
            try await open(5, roleID: "AROAFIXTUREANOTHER001", .unknown, in: store)
            let alice = SessionOwner(account: "111122223333", roleID: "AROAFIXTUREDBADMIN001", user: "alice")
            let node = try NodeID(web)
            let cases: [(SessionQuery, [Int])] = [
                (SessionQuery(), [5, 4, 3, 2, 1]),
                (SessionQuery(user: "alice"), [5, 4, 2, 1]),
                (SessionQuery(user: "Alice"), []),
                (SessionQuery(owner: alice), [4, 2, 1]),
                (SessionQuery(permissionSet: "WebOperator"), [2]),
                (SessionQuery(node: node), [3, 2]),
                (SessionQuery(user: "alice", node: node), [2]),
                (SessionQuery(states: [.pending]), [1]),
                (SessionQuery(states: [.pending, .live]), [2, 1]),
                (SessionQuery(states: [.live, .unknown], limit: 1), [5]),
                (SessionQuery(states: [.ended, .failed]), [4, 3]),
                (SessionQuery(states: [.ended]), [3]),
                (SessionQuery(states: []), []),
                (SessionQuery(states: Set(SessionHistory.State.allCases)), [5, 4, 3, 2, 1]),
                (SessionQuery(owner: alice, states: [.live, .ended]), [2]),
                (SessionQuery(openedBefore: AuditSamples.time(3)), [2, 1]),
                (SessionQuery(states: [.pending, .unknown], openedBefore: AuditSamples.time(5)), [1]),
                (SessionQuery(limit: 2), [5, 4]),
                (SessionQuery(limit: 0), [5]),
                (SessionQuery(limit: Int.max), [5, 4, 3, 2, 1]),
            ]
            for (query, expected) in cases {
                let found = try await store.sessions(matching: query).sessions
                try require(
                    found.map(\.id) == expected.map { AuditSamples.id($0) },
                    "\(query) finds \(expected), not \(found.map(\.id))"
                )
                for session in found { try await requireFold(session, in: store) }
            }
        },
        AuditStoreContract("pages of sessions put together are the whole, whatever changes meanwhile") { store in
            // Three sessions to a moment, so that page ends fall between sessions of one moment too.
            for number in 1...11 { try await open(number, seconds: number / 3, in: store) }
            var query = SessionQuery(limit: 4)
            var found: [RecordID] = []
            for page in 1...3 {
                let answer = try await store.sessions(matching: query)
                found += answer.sessions.map(\.id)
                try require((answer.next == nil) == (page == 3), "only the last page has none after it")
                try await open(100 + page, seconds: 100, in: store)
                _ = try await store.append(try AuditSamples.record(200 + page, .started, seconds: 99, session: page))
                query.cursor = answer.next
            }
            try require(found == (1...11).reversed().map { AuditSamples.id($0) }, "all, in order, once")
            query = SessionQuery(states: [.live], limit: 3)
            let full = try await store.sessions(matching: query)
            try require(full.sessions.count == 3 && full.next == nil, "a page that is just full is the last one")
        },
    ]

    /// Appends an intent with the number as its session's id, and what follows it.
    static func open(
        _ number: Int,
        seconds: Int? = nil,
        user: String = "alice",
        roleID: String = "AROAFIXTUREDBADMIN001",
        permissionSet: String = "DatabaseAdmin",
        node: String = "i-0bbbbbbbbbbbbbbb2",
        _ events: AuditEvent...,
        in store: any AuditStore
    ) async throws {
        for (offset, event) in ([.intent] + events).enumerated() {
            _ = try await store.append(
                try AuditSamples.record(
                    number * 10_000 + offset,
                    event,
                    seconds: seconds ?? number,
                    session: number,
                    user: user,
                    roleID: roleID,
                    permissionSet: permissionSet,
                    node: node
                )
            )
        }
    }

    private static func requireFold(of id: RecordID, in store: any AuditStore) async throws {
        let listed = try await store.sessions(matching: SessionQuery()).sessions.first { $0.id == id }
        let session = try await store.session(id)
        try require(session != nil && session == listed, "session \(id) is in the list as it is alone")
        if let session { try await requireFold(session, in: store) }
    }

    private static func requireFold(_ session: SessionHistory, in store: any AuditStore) async throws {
        let fold = SessionHistory(records: try await store.records(ofSession: session.id))
        try require(fold == session, "the state of \(session.id) is the fold of its records")
    }
}

internal import SessionCore

extension AuditStoreContract {
    static let queryRules = [
        AuditStoreContract("a query finds what every given part fits, newest first") { store in
            let web = "i-0aaaaaaaaaaaaaaa1"
            _ = try await store.append(try AuditSamples.record(1, .intent))
            _ = try await store.append(try AuditSamples.record(2, .intent, permissionSet: "WebOperator", node: web))
            _ = try await store.append(try AuditSamples.record(3, .denied, user: "bob", node: web))
            _ = try await store.append(try AuditSamples.record(4, .intent, permissionSet: "WebOperator"))
            _ = try await store.append(try AuditSamples.record(5, .intent, user: "alice2"))
            let node = try NodeID(web)
            let cases: [(AuditQuery, [Int])] = [
                (AuditQuery(user: "alice"), [4, 2, 1]),
                (AuditQuery(permissionSet: "WebOperator"), [4, 2]),
                (AuditQuery(node: node), [3, 2]),
                (AuditQuery(user: "alice", permissionSet: "WebOperator"), [4, 2]),
                (AuditQuery(user: "alice", permissionSet: "WebOperator", node: node), [2]),
                (AuditQuery(user: "bob", permissionSet: "WebOperator"), []),
                (AuditQuery(user: "Alice"), []),
                (AuditQuery(user: "alice%"), []),
                (AuditQuery(since: AuditSamples.time(4)), [5, 4]),
                (AuditQuery(since: AuditSamples.time(2), until: AuditSamples.time(4)), [3, 2]),
                (AuditQuery(user: "alice", since: AuditSamples.time(2), until: AuditSamples.time(2)), []),
                (AuditQuery(node: node, until: AuditSamples.time(3)), [2]),
                (AuditQuery(user: "alice", limit: 2), [4, 2]),
            ]
            for (query, expected) in cases {
                try await requireFound(expected, by: query, in: store)
            }
        },
        AuditStoreContract("a query finds by account, Region, Linux user, event, decision and session too") { store in
            let denied = ProblemCode.permissionSetNotMapped.rawValue
            _ = try await store.append(try AuditSamples.record(1, .intent, session: 1))
            _ = try await store.append(try AuditSamples.record(2, .started, session: 1, linuxUser: nil))
            _ = try await store.append(
                try AuditSamples.record(3, .denied, account: "444455556666", linuxUser: nil, code: denied)
            )
            _ = try await store.append(
                try AuditSamples.record(4, .intent, session: 4, region: "eu-central-1", linuxUser: "webops")
            )
            var read = try AuditSamples.record(5, .read, account: "444455556666")
            read.access = nil
            _ = try await store.append(read)
            let other = try AccountID("444455556666")
            let cases: [(AuditQuery, [Int])] = [
                (AuditQuery(account: try AccountID("111122223333")), [4, 2, 1]),
                (AuditQuery(account: other), [5, 3]),
                (AuditQuery(region: try Region("eu-central-1")), [4]),
                (AuditQuery(user: "alice", region: try Region("eu-west-1")), [3, 2, 1]),
                (AuditQuery(linuxUser: "dbadmin"), [1]),
                (AuditQuery(linuxUser: "webops"), [4]),
                (AuditQuery(linuxUser: "web"), []),
                (AuditQuery(events: [.intent]), [4, 1]),
                (AuditQuery(events: [.started, .denied, .read]), [5, 3, 2]),
                (AuditQuery(events: [.started, .denied, .read], limit: 2), [5, 3]),
                (AuditQuery(events: []), []),
                (AuditQuery(events: [.failed, .ended]), []),
                (AuditQuery(code: denied), [3]),
                (AuditQuery(user: "alice", code: AuditDecision.granted), [5, 4, 2, 1]),
                (AuditQuery(session: AuditSamples.id(1)), [2, 1]),
                (AuditQuery(events: [.started], session: AuditSamples.id(1)), [2]),
                (AuditQuery(session: AuditSamples.id(2)), []),
                (AuditQuery(account: other, events: [.denied, .failed], code: denied), [3]),
                (AuditQuery(account: other, linuxUser: "dbadmin"), []),
                (AuditQuery(account: other, since: AuditSamples.time(4)), [5]),
            ]
            for (query, expected) in cases {
                try await requireFound(expected, by: query, in: store)
            }
        },
        AuditStoreContract("a query finds by every other member that an auditor asks for, alone and with the rest") {
            store in
            var record = try AuditSamples.record(1, .started, session: 1)
            record.access?.kind = .command
            record.access?.reason = "disk full, caf\u{E9}"
            record.access?.ticket = "OPS-4711"
            record.access?.mapVersion = "3b0c"
            record.access?.document = AuditDocument(
                name: "SSMBroker-Command-DatabaseAdmin",
                version: "1",
                hash: "00",
                kmsKey: nil
            )
            record.aws = AuditAWS(sessionID: "alice.0001-abc", accessKeyID: "ASIAFIXTUREROLE00001")
            record.request?.client = "ssm-broker/0.2.0 (linux)"
            _ = try await store.append(record)
            _ = try await store.append(try AuditSamples.record(2, .intent, session: 2))
            var read = try AuditSamples.record(3, .read)
            (read.access, read.request) = (nil, nil)
            _ = try await store.append(read)
            let cases: [(AuditField, String, [Int])] = [
                (.kind, "command", [1]), (.kind, "shell", [2]), (.kind, "ssh", []),
                (.reason, "disk full", [1]), (.reason, "full, c", [1]), (.reason, "Disk", []), (.reason, "d%l", []),
                (.reason, "cafe\u{301}", []), (.ticket, "OPS-4711", [1]), (.ticket, "OPS", []),
                (.sessionID, "alice.0001-abc", [1]), (.sessionID, "alice.0001", []),
                (.requestID, "front-2", [2]), (.requestID, "front", []),
                (.sourceIP, "203.0.113.10", [2, 1]), (.sourceIP, "203.0.113.1", []),
                (.accessKeyID, "ASIAFIXTUREROLE00001", [1]), (.accessKeyID, "ASIAFIXTUREALICE0001", [3, 2, 1]),
                (.client, "ssm-broker/0.1", [2, 1]), (.client, "linux", [1]), (.client, "mac", []),
                (.document, "SSMBroker-Command-DatabaseAdmin", [1]), (.mapVersion, "3b0c", [1]),
                (.mapVersion, "3b", []),
            ]
            for (field, text, expected) in cases {
                try await requireFound(expected, by: AuditQuery(fields: [field: text]), in: store)
            }
            let narrow: [AuditField: String] = [.client: "ssm-broker", .sourceIP: "203.0.113.10"]
            try await requireFound([1], by: AuditQuery(user: "alice", events: [.started], fields: narrow), in: store)
            try await requireFound(
                [2],
                by: AuditQuery(user: "alice", fields: narrow, until: AuditSamples.time(4), limit: 1),
                in: store
            )
        },
        AuditStoreContract("records of the same moment come by id, highest first") { store in
            for number in [2, 3, 1] {
                _ = try await store.append(try AuditSamples.record(number, .checked, seconds: 5))
            }
            try await requireFound([3, 2, 1], by: AuditQuery(user: "alice"), in: store)
        },
        AuditStoreContract("pages put together are the whole, without a gap or a repeat, whatever arrives meanwhile") {
            store in
            // Three records to a moment, so that page ends fall between records of one moment too.
            for number in 1...25 {
                _ = try await store.append(try AuditSamples.record(number, .checked, seconds: number / 3))
            }
            var query = AuditQuery(user: "alice", limit: 4)
            var found: [RecordID] = []
            for page in 1...7 {
                let answer = try await store.records(matching: query)
                found += answer.records.compactMap { $0.record?.id }
                try require((answer.next == nil) == (page == 7), "only the last page has none after it")
                _ = try await store.append(try AuditSamples.record(100 + page, .checked, seconds: 100))
                query.cursor = answer.next
            }
            try require(found == (1...25).reversed().map { AuditSamples.id($0) }, "all, in order, once")
        },
        AuditStoreContract("a page that is just full is the last one") { store in
            for number in 1...4 { _ = try await store.append(try AuditSamples.record(number, .checked)) }
            let page = try await store.records(matching: AuditQuery(user: "alice", limit: 4))
            try require(page.records.count == 4 && page.next == nil, "four records and no cursor")
        },
        AuditStoreContract("a page has at least one record and at most the largest number") { store in
            for number in 1...3 { _ = try await store.append(try AuditSamples.record(number, .checked)) }
            try await requireFound([3], by: AuditQuery(user: "alice", limit: 0), in: store)
            try await requireFound([3], by: AuditQuery(user: "alice", limit: -1), in: store)
            try await requireFound([3, 2, 1], by: AuditQuery(user: "alice", limit: Int.max), in: store)
        },
        AuditStoreContract("a session's records come oldest first, and nobody else's with them") { store in
            _ = try await store.append(try AuditSamples.record(9, .intent, seconds: 1, session: 1))
            _ = try await store.append(try AuditSamples.record(8, .intent, seconds: 2, session: 2))
            _ = try await store.append(try AuditSamples.record(7, .started, seconds: 3, session: 1))
            _ = try await store.append(try AuditSamples.record(6, .ended, seconds: 4, session: 1))
            let records = try await store.records(ofSession: AuditSamples.id(1))
            try require(records.map(\.event) == [.intent, .started, .ended], "in order of time")
            try require(try await store.records(ofSession: AuditSamples.id(3)).isEmpty, "an unknown one has none")
        },
    ]

    private static func requireFound(_ expected: [Int], by query: AuditQuery, in store: any AuditStore) async throws {
        let found = try await store.records(matching: query).records.map { $0.record?.id.text ?? "unreadable" }
        try require(found == expected.map { AuditSamples.id($0).text }, "\(query) finds \(expected), not \(found)")
    }
}

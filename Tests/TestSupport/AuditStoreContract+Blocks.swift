internal import SessionCore

extension AuditStoreContract {
    private static let role = BlockKey.role(id: "AROAFIXTUREDBADMIN001")
    private static let alice = [BlockKey.user("alice"), role]
    private static let sam = [BlockKey.user("sam"), BlockKey.role(id: "AROAFIXTURESECAUDIT01")]

    private static func block(_ key: BlockKey, reason: String = "a stolen laptop") -> Block {
        Block(key: key, reason: reason, by: "arn:aws:sts::111122223333:assumed-role/x/y", since: AuditSamples.time(1))
    }

    private static func apply(_ change: BlockChange, _ number: Int, to store: any AuditStore) async throws {
        let event: AuditEvent = if case .block = change { .callerBlocked } else { .callerUnblocked }
        var record = try AuditSamples.record(number, event)
        record.access = nil
        _ = try await store.append(record, terms: AppendTerms(blocking: change))
    }

    static let blockRules = [
        AuditStoreContract("a block stops every later intent that names it, and nothing else") { store in
            for key in alice {
                try await apply(.block(block(key)), 1000 + key.text.utf8.count, to: store)
                let base = key.text.utf8.count * 10
                try await require(
                    .blocked(block(key)),
                    appending: try AuditSamples.record(base + 1, .intent, session: base + 1, requestID: base),
                    terms: AppendTerms(limit: SessionLimit(maximum: 9), unlessBlocked: alice),
                    to: store
                )
                try require(try await store.session(AuditSamples.id(base + 1)) == nil, "no session")
                _ = try await store.append(
                    try AuditSamples.record(base + 2, .intent, session: base + 2, user: "sam"),
                    terms: AppendTerms(unlessBlocked: sam)
                )
                // The refusal may use the request id, and whoever names no key is not held back.
                _ = try await store.append(
                    try AuditSamples.record(base + 3, .denied, requestID: base, code: "CALLER_BLOCKED")
                )
                try await apply(.unblock(key), 2000 + key.text.utf8.count, to: store)
                _ = try await store.append(
                    try AuditSamples.record(base + 4, .intent, session: base + 4),
                    terms: AppendTerms(unlessBlocked: alice)
                )
            }
        },
        AuditStoreContract("blocks in force are listed by key, and found by the first key that has one") { store in
            guard let blocks = store as? any BlockStore else { return }
            try require(try await blocks.blocks().isEmpty, "none at first")
            try await apply(.unblock(alice[0]), 1, to: store)
            try require(try await blocks.blocks().isEmpty, "none after unblocking nobody")
            try await apply(.block(block(alice[0])), 2, to: store)
            try await apply(.block(block(role)), 3, to: store)
            try await apply(.block(block(.user("Žofie+ß"))), 4, to: store)
            try require(
                try await blocks.blocks() == [block(role), block(alice[0]), block(.user("Žofie+ß"))],
                "three, by key"
            )
            try require(try await blocks.block(matching: alice) == block(alice[0]), "the first key's")
            try require(try await blocks.block(matching: [sam[0], role]) == block(role), "the one that there is")
            try require(try await blocks.block(matching: sam) == nil, "nobody else")
            try require(try await blocks.block(matching: []) == nil, "nobody at all")
            try await apply(.block(block(alice[0], reason: "another")), 5, to: store)
            try require(
                try await blocks.block(matching: alice) == block(alice[0], reason: "another"),
                "a second block takes the place of the first"
            )
            try await apply(.unblock(alice[0]), 6, to: store)
            try require(try await blocks.block(matching: [alice[0]]) == nil, "gone")
            try require(try await blocks.blocks().map(\.key) == [role, .user("Žofie+ß")], "gone from the list")
        },
        AuditStoreContract("no intent that comes after an acknowledged block is taken, whoever races with it") {
            store in
            let taken = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 10..<30 {
                    group.addTask {
                        do {
                            _ = try await store.append(
                                try AuditSamples.record(number, .intent, session: number),
                                terms: AppendTerms(unlessBlocked: alice)
                            )
                            return 1
                        } catch AuditStoreFailure.blocked {
                            return 0
                        }
                    }
                }
                group.addTask {
                    try await apply(.block(block(role)), 99, to: store)
                    for number in 200..<205 {
                        do {
                            _ = try await store.append(
                                try AuditSamples.record(number, .intent, session: number),
                                terms: AppendTerms(unlessBlocked: alice)
                            )
                            throw Violation(description: "an intent was taken after the block")
                        } catch AuditStoreFailure.blocked {
                            continue
                        }
                    }
                    return 0
                }
                return try await group.reduce(0, +)
            }
            let intents = try await store.records(matching: AuditQuery(events: [.intent], limit: 500)).records
            try require(intents.count == taken, "what was refused left no trace")
        },
    ]
}

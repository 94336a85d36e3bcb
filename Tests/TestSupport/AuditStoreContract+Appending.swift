internal import SessionCore

extension AuditStoreContract {
    static let chainRules = [
        AuditStoreContract("a new store holds a genesis record for each chain and nothing else") { store in
            let heads = try await store.heads()
            try require(heads.allSatisfy { $0.sequence == 0 }, "heads stand at 0")
            let page = try await store.records(matching: AuditQuery(limit: AuditQuery.maximumLimit))
            try require(page.records.count == heads.count && page.next == nil, "one record a chain")
        },
        AuditStoreContract("an appended record is linked behind the head of the chain that its id chooses") { store in
            for number in 1...20 {
                let record = try AuditSamples.record(number, .checked)
                let heads = try await store.heads()
                let head = heads[AuditChain.chain(for: record.id, of: heads.count)]
                let expected = ChainedRecord(
                    chain: head.chain,
                    sequence: head.sequence + 1,
                    previous: head.hash,
                    record: record
                )
                try require(try await store.append(record) == expected, "the answer is the record in its place")
                let stored = try await store.chain(head.chain, from: expected.sequence, limit: 1)
                try require(stored == [expected], "the chain holds what was answered")
                try require(stored.first?.record == record, "the bytes are the record's")
            }
        },
        AuditStoreContract("a stretch of a chain is cut where asked, and is empty past the end") { store in
            let chain = AuditChain.chain(for: AuditSamples.id(1), of: try await store.heads().count)
            for number in 1...40 { _ = try await store.append(try AuditSamples.record(number, .checked)) }
            let all = try await store.chain(chain, from: 0, limit: 1000)
            try require(all.count > 3, "the samples reach the chain")
            try require(try await store.chain(chain, from: 1, limit: 2) == Array(all[1...2]), "from and limit hold")
            try require(try await store.chain(chain, from: Int64(all.count), limit: 9).isEmpty, "empty past the end")
            try require(try await store.chain(chain, from: 0, limit: 0).isEmpty, "a limit of 0 gives nothing")
            try require(try await store.chain(9999, from: 0, limit: 9).isEmpty, "a chain that is not there is empty")
        },
        AuditStoreContract("names outside ASCII come back as they went in") { store in
            let record = try AuditSamples.record(1, .checked, user: "Žofie+ß@例え.example")
            _ = try await store.append(record)
            let page = try await store.records(matching: AuditQuery(user: "Žofie+ß@例え.example"))
            try require(page.records.map(\.record) == [record], "found by that name, with that name")
        },
        AuditStoreContract("records appended side by side are all there, each in one place") { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...60 {
                    group.addTask { _ = try await store.append(try AuditSamples.record(number, .checked)) }
                }
                try await group.waitForAll()
            }
            let page = try await store.records(matching: AuditQuery(user: "alice", limit: 500))
            let expected = (1...60).reversed().map { AuditSamples.id($0) }
            try require(page.records.map { $0.record?.id } == expected, "all sixty, newest first")
        },
    ]

    static let promiseRules = [
        AuditStoreContract("a record appended again is the one that is there, whatever it says now") { store in
            let first = try await store.append(try AuditSamples.record(1, .intent, session: 1, requestID: 7))
            let heads = try await store.heads()
            let again = try await store.append(
                try AuditSamples.record(1, .intent, seconds: 99, session: 1, user: "sam", requestID: 7)
            )
            try require(again == first, "the first one is the answer")
            let outcome = try await store.append(try AuditSamples.record(2, .started, session: 1))
            try require(
                try await store.append(try AuditSamples.record(2, .started, session: 1)) == outcome,
                "an outcome may be asked for again too"
            )
            try require(heads != (try await store.heads()), "the outcome was appended")
        },
        AuditStoreContract("a caller's request id is used once, by whatever record comes first") { store in
            for (number, first) in [AuditEvent.intent, .checked, .denied].enumerated() {
                let base = number * 10
                let id = base + 9
                _ = try await store.append(
                    try AuditSamples.record(base + 1, first, session: base + 1, requestID: id, code: "FIRST")
                )
                for (offset, event) in [AuditEvent.intent, .checked, .denied].enumerated() {
                    try await require(
                        .requestAlreadyUsed,
                        appending: try AuditSamples.record(base + 2 + offset, event, session: base + 2, requestID: id),
                        to: store
                    )
                }
                let replay = ProblemCode.requestReplayed.rawValue
                _ = try await store.append(
                    try AuditSamples.record(base + 5, .denied, requestID: id, code: replay)
                )
                _ = try await store.append(try AuditSamples.record(base + 6, .intent, user: "sam", requestID: id))
            }
        },
        AuditStoreContract("an intent has one outcome; the second is refused, whichever it is") { store in
            let outcomes = AuditEvent.allCases.filter(\.isOutcome)
            for (number, first) in outcomes.enumerated() {
                let base = (number + 1) * 10
                _ = try await store.append(try AuditSamples.record(base, .intent, session: base))
                _ = try await store.append(try AuditSamples.record(base + 1, first, session: base))
                for (offset, second) in outcomes.enumerated() {
                    try await require(
                        .outcomeAlreadyRecorded,
                        appending: try AuditSamples.record(base + 2 + offset, second, session: base),
                        to: store
                    )
                }
                _ = try await store.append(try AuditSamples.record(base + 8, .credentials, session: base))
                _ = try await store.append(try AuditSamples.record(base + 9, .ended, session: base))
            }
        },
        AuditStoreContract("of outcomes that race, one wins") { store in
            _ = try await store.append(try AuditSamples.record(1, .intent, session: 1))
            try await requireWinners(1, .outcomeAlreadyRecorded, in: store) { number in
                try AuditSamples.record(number, .started, session: 1)
            }
        },
        AuditStoreContract("of requests that race with one id, one wins") { store in
            try await requireWinners(1, .requestAlreadyUsed, in: store) { number in
                try AuditSamples.record(number, .intent, session: number, requestID: 1)
            }
        },
    ]

    /// Fails the rule unless, of twenty records that are appended at once, the given number are taken.
    static func requireWinners(
        _ expected: Int,
        _ loss: AuditStoreFailure,
        limit: SessionLimit? = nil,
        in store: any AuditStore,
        record: @escaping @Sendable (Int) throws -> AuditRecord
    ) async throws {
        let wins = try await withThrowingTaskGroup(of: Bool.self, returning: Int.self) { group in
            for number in 10..<30 {
                group.addTask {
                    do {
                        _ = try await store.append(try record(number), limit: limit)
                        return true
                    } catch loss {
                        return false
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        try require(wins == expected, "\(wins) of 20 won")
    }
}

/// Lets a `catch` name the one failure that it is for.
private func ~= (pattern: AuditStoreFailure, error: any Error) -> Bool { error as? AuditStoreFailure == pattern }

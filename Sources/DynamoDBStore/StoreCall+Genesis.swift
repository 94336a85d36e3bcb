internal import AWSClient
internal import SessionCore

extension StoreCall {
    /// How many chains there are; begins them where there are none.
    func begin(now: Timestamp, makeID: @Sendable () -> RecordID) async throws -> Int {
        if let chains = try await chainCount() { return chains }
        let chains = store.settings.chains
        try await noteDay(of: now)
        var writes: [DynamoDB.Write] = []
        for chain in 0..<chains {
            let record = AuditChain.genesis(chain: chain, of: chains, id: makeID(), time: now)
            let first = ChainedRecord(chain: chain, sequence: 0, previous: AuditChain.beginning, record: record)
            writes.append(.put(first.item(of: record), in: tables.audit, if: Tables.isNew))
            writes.append(ChainHead.move(from: nil, to: first, in: tables.heads))
        }
        do {
            // All chains or none: whoever begins second finds the first one's, and their number.
            try await dynamodb.transact(writes, token: Self.token(["genesis", makeID().text]))
        } catch let failure as AWSFailure where !failure.cancellationReasons.isEmpty {
            // Another one has begun them, or is about to; a wait within the deadline tells.
        }
        for attempt in 1... {
            if let chains = try await chainCount() { return chains }
            try await pause(after: attempt)
        }
        preconditionFailure("the loop above ends by returning or throwing")
    }

    /// How many chains the first genesis record names; nil when there is none.
    private func chainCount() async throws -> Int? {
        let key = Tables.key(Tables.chain(0), Tables.padded(0))
        guard let item = try await dynamodb.item(key, in: tables.audit) else { return nil }
        let genesis = try ChainedRecord(item: item).readRecord()
        guard genesis.event == .genesis, let chains = genesis.details["chains"].flatMap({ Int($0) }),
            (1...1024).contains(chains)
        else { throw Inconsistent(description: "the first record does not say how many chains there are") }
        return chains
    }

    /// Refuses tables whose heads do not stand on the last records of their chains.
    func checkHeads() async throws {
        for head in try await heads() {
            let last = try await chain(head.chain, from: head.sequence, limit: 1)
            guard last.first?.sequence == head.sequence, last.first?.hash == head.hash else {
                throw Inconsistent(description: "head \(head.chain) does not stand on its chain")
            }
        }
    }

    /// Puts a day on the list of those that have records, once in the life of this process.
    ///
    /// A query without a key of its own goes through these days, so a day is listed before its first record is written.
    func noteDay(of time: Timestamp) async throws {
        let day = Tables.day(time)
        guard !store.knownDays.contains(day) else { return }
        do {
            try await dynamodb.transact(
                [.put(Tables.key(Tables.days, day), in: tables.audit, if: Tables.isNew)],
                token: Self.token([day])
            )
        } catch let failure as AWSFailure
            where failure.cancellationReasons.contains(where: { $0.code == "ConditionalCheckFailed" })
        {
            // It is there.
        } catch let failure as AWSFailure where !failure.cancellationReasons.isEmpty {
            // Another writer is putting it there, which is not yet to have it there.
            guard try await dynamodb.item(Tables.key(Tables.days, day), in: tables.audit) != nil else { throw failure }
        }
        store.knownDays.insert(day)
    }
}

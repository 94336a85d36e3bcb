internal import AWSClient
internal import Logging
internal import SessionCore

extension StoreCall {
    /// The largest record that is taken: an item has at most 400 KB, keys and index attributes included.
    static let maximumBytes = 350_000

    /// Appends a record, with everything that must hold together with it, in one transaction.
    func append(_ record: AuditRecord, to chain: Int, terms: AppendTerms) async throws -> ChainedRecord {
        try await noteDay(of: record.time)
        for attempt in 1... {
            let seen = try await look(for: record, chain: chain)
            if let marker = seen.marker { return try await self.record(at: marker) }
            let next = ChainedRecord(
                chain: chain,
                sequence: seen.head.sequence + 1,
                previous: seen.head.hash,
                record: record
            )
            guard next.bytes.count <= Self.maximumBytes else {
                throw AuditStoreFailure.unavailable("a record of \(next.bytes.count) bytes does not fit in an item")
            }
            let transaction = try await transaction(of: record, next, seen: seen, terms: terms)
            do {
                try await dynamodb.transact(transaction.writes.map(\.write), token: transaction.token)
                return next
            } catch let failure as AWSFailure where !failure.cancellationReasons.isEmpty {
                let missed = transaction.missed(failure)
                // An attempt whose answer was lost has made its own conditions fail.
                if !missed.isDisjoint(with: [.marker, .claim, .outcome, .counter, .record, .current]),
                    let stored = try await self.record(record.id)
                {
                    return stored
                }
                if missed.contains(.claim) { throw AuditStoreFailure.requestAlreadyUsed }
                if missed.contains(.outcome) { throw AuditStoreFailure.outcomeAlreadyRecorded }
                if missed.contains(.unblocked), let block = try await block(matching: terms.unlessBlocked) {
                    throw AuditStoreFailure.blocked(block)
                }
                if missed.contains(.counter), let limit = terms.limit {
                    throw AuditStoreFailure.tooManySessions(limit.maximum)
                }
                if missed.contains(.current) {
                    throw AuditStoreFailure.mapChanged(current: try await pointer()?.number ?? 0)
                }
                if missed.contains(.record), !missed.contains(.head) {
                    throw Inconsistent(description: "chain \(chain) goes on behind its head")
                }
                guard failure.cancellationReasons.allSatisfy({ Self.passing.contains($0.code) }) else { throw failure }
                client.logger.debug(
                    "audit append again",
                    metadata: ["chain": "\(chain)", "attempt": "\(attempt)", "missed": "\(missed)"]
                )
            }
            try await pause(after: attempt)
        }
        preconditionFailure("the loop above ends by returning or throwing")
    }

    /// Reasons that another try may not meet again.
    private static let passing: Set<String> = [
        "None", "ConditionalCheckFailed", "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError",
    ]

    /// What an append stands on, as it was a moment ago.
    private struct Seen {
        /// Where the record is, when it is there already.
        let marker: Attributes?
        let head: ChainHead
        let session: SessionItem
    }

    private func look(for record: AuditRecord, chain: Int) async throws -> Seen {
        var keys = [
            tables.audit: [Tables.key(Tables.record(record.id))],
            tables.heads: [Tables.key(only: Tables.chain(chain))],
        ]
        keys[tables.sessions] = record.session.map { [Tables.key(only: Tables.session($0))] }
        let items = try await dynamodb.items(keys)
        guard let head = items[tables.heads]?.first else {
            throw Inconsistent(description: "chain \(chain) has no head")
        }
        return Seen(
            marker: items[tables.audit]?.first,
            head: try ChainHead(item: head),
            session: try (items[tables.sessions]?.first).map(SessionItem.init(item:)) ?? .none
        )
    }

    private func transaction(
        of record: AuditRecord,
        _ next: ChainedRecord,
        seen: Seen,
        terms: AppendTerms
    ) async throws -> AppendTransaction {
        var transaction = AppendTransaction(tables: tables, record: record, next: next)
        transaction.move(seen.head)
        transaction.hold(to: terms)
        var identity = [record.id.text, "\(next.chain)", "\(next.sequence)", Tables.digest("\(next.hash)")]
        identity += terms.identity
        guard let id = record.session else {
            transaction.token = Self.token(identity)
            return transaction
        }
        var after = SessionItem(revision: seen.session.revision + 1, session: seen.session.session)
        if after.session == nil, record.event == .intent {
            // Records that came before their intent have been waiting for it in the log.
            let before = seen.session.revision == 0 ? [] : try await sessionRecords(id).map { try $0.readRecord() }
            after.session = SessionHistory(records: [record] + before)
        } else {
            after.session?.apply(record)
        }
        transaction.keep(after, of: id)
        transaction.count(from: seen.session, to: after, limit: terms.limit)
        identity += ["\(after.revision)"]
        transaction.token = Self.token(identity)
        return transaction
    }

    /// A token that belongs to these writes only: another try on another head is another transaction.
    static func token(_ parts: [String]) -> String { String(Tables.digest(parts.joined(separator: "/")).prefix(36)) }

    /// Waits before the next try, by exponential backoff with full jitter.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)`` when the wait would end after the deadline.
    func pause(after attempt: Int) async throws {
        let ceiling = min(10 << min(attempt - 1, 6), 320)
        let wait = Int(Double(ceiling) * client.random())
        guard client.now().milliseconds + Int64(wait) < deadline.milliseconds else {
            throw AuditStoreFailure.unavailable("DynamoDB: others were writing all the time")
        }
        try await client.sleep(wait)
    }
}

internal import SessionCore

/// Where the broker's records are read from: the broker, or a copy of its log.
protocol RecordSource {
    /// Reads records, in any order, one at a time.
    ///
    /// - Parameters:
    ///   - since: The earliest time wanted; nil for all.
    ///   - until: The first time no longer wanted; nil for all.
    ///   - take: Gets each record.
    /// - Throws: ``CommandFailure``.
    func records(since: Timestamp?, until: Timestamp?, to take: (AuditRecord) -> Void) async throws
}

/// The broker's own log, page by page through its API.
struct BrokerRecords: RecordSource {
    let broker: BrokerClient

    func records(since: Timestamp?, until: Timestamp?, to take: (AuditRecord) -> Void) async throws {
        var query = AuditQuery(since: since, until: until, limit: AuditQuery.maximumLimit)
        repeat {
            let page = try await broker.records(matching: query)
            for chained in page.records {
                guard let record = chained.record else { throw Self.unreadable(chained) }
                take(record)
            }
            // A page without records and with a next one would lead round in a circle.
            query.cursor = page.records.isEmpty ? nil : page.next
        } while query.cursor != nil
    }

    /// To leave a record out would turn its session into one without a record.
    private static func unreadable(_ record: ChainedRecord) -> CommandFailure {
        CommandFailure(
            .failed,
            code: "RECORD_UNREADABLE",
            what: "This client cannot read record \(record.sequence) of chain \(record.chain).",
            why: ["This is \(Version.client); the broker that wrote it may be of another version."],
            next: "Update ssm-broker."
        )
    }
}

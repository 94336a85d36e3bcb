internal import SessionCore

extension AuditSource {
    /// Reads records of a time, newest first, one at a time.
    ///
    /// - Parameters:
    ///   - since: The earliest time wanted; nil for all.
    ///   - until: The first time no longer wanted; nil for all.
    ///   - take: Gets each record.
    /// - Throws: ``CommandFailure``, also for a record that this client cannot read: to leave it out would turn its session into
    ///   one without a record.
    func records(since: Timestamp?, until: Timestamp?, to take: (AuditRecord) -> Void) async throws {
        let query = AuditQuery(since: since, until: until, limit: AuditQuery.maximumLimit)
        try await eachRecord(matching: query) { chained in
            guard let record = chained.record else {
                throw CommandFailure(
                    .failed,
                    code: "RECORD_UNREADABLE",
                    what: "This client cannot read record \(chained.sequence) of chain \(chained.chain).",
                    why: ["This is \(Version.client); the broker that wrote it may be of another version."],
                    next: "Update ssm-broker."
                )
            }
            take(record)
            return true
        }
    }
}

internal import SessionCore

extension BrokerClient {
    private static let auditMilliseconds = 33_000

    /// One page of the audit log, newest first.
    ///
    /// - Throws: ``CommandFailure``.
    func records(matching query: AuditQuery) async throws -> AuditPage {
        try await page(query: query.parameters)
    }

    /// A stretch of one chain, in order.
    ///
    /// - Throws: ``CommandFailure``.
    func chain(_ chain: Int, from sequence: Int64, limit: Int) async throws -> [ChainedRecord] {
        let query = [("chain", String(chain)), ("from", String(sequence)), ("limit", String(limit))]
        return try await page(query: query.map { (name: $0.0, value: $0.1) }).records
    }

    /// Where each chain ends.
    ///
    /// - Throws: ``CommandFailure``.
    func heads() async throws -> [ChainHead] {
        let json = try await read("/v1/audit/heads", [], purpose: Self.purpose)
        let elements = json["heads"]?.elements ?? []
        let heads = elements.compactMap(ChainHead.init(json:))
        // The bound is far above any log and far below what arithmetic can hold.
        let isUsable = heads.allSatisfy { (0..<(1 << 53)).contains($0.sequence) }
        guard !elements.isEmpty, heads.count == elements.count, isUsable else { throw unreadableAudit() }
        return heads
    }

    /// The same broker, for a command that reads the whole log: its first question has that recorded, and no other needs to.
    var readingEverything: BrokerClient {
        var copy = self
        copy.reading = OpenReading("all")
        return copy
    }

    /// A page of what reading is recorded for.
    func read(_ path: String, _ query: [(name: String, value: String)], purpose: String) async throws -> JSON {
        let json = try await call(
            "GET",
            path,
            query: reading.continuing(query),
            milliseconds: Self.auditMilliseconds,
            purpose: purpose
        )
        reading.note(json)
        return json
    }

    private static let purpose = "The audit log was not read"

    private func page(query: [(name: String, value: String)]) async throws -> AuditPage {
        let json = try await read("/v1/audit/records", query, purpose: Self.purpose)
        guard let page = AuditPage(json: json) else { throw unreadableAudit() }
        return page
    }

    private func unreadableAudit() -> CommandFailure {
        CommandFailure(
            .failed,
            code: "ANSWER_UNREADABLE",
            what: "\(Self.purpose): the broker's answer lacks what this client needs.",
            why: ["This is \(Version.client); the broker at \(endpoint.host) may be of another version."],
            next: "Update ssm-broker, or ask whoever runs the broker."
        )
    }
}

internal import SessionCore

extension Broker {
    /// Queries the log, newest first, or reads a chain in order; the reading is recorded before anything is shown.
    func auditRecords(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        try await admitAuditor(caller, in: &exchange)
        let going = try GoingReading(exchange.request.query)
        if going.others.contains(where: { $0.name == "chain" }) {
            let stretch = try ChainStretch(parameters: going.others)
            let read = try await recordRead(.chain(stretch.chain, from: stretch.from), going, by: caller, in: exchange)
            let records = try await dependencies.audit.chain(stretch.chain, from: stretch.from, limit: stretch.limit)
            let fitting = AnswerRoom.fitting(records, json: \.json)
            return JSON.object(["records": .array(fitting.map(\.json))]).naming(read)
        }
        let query = try AuditQuery(parameters: going.others)
        let read = try await recordRead(AuditReading(query), going, by: caller, in: exchange)
        return try await dependencies.audit.records(matching: query).fitting().json.naming(read)
    }

    /// Where each chain ends.
    func auditHeads(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        try await admitAuditor(caller, in: &exchange)
        let going = try GoingReading(exchange.request.query)
        let read = try await recordRead(.heads, going, by: caller, in: exchange)
        return JSON.object(["heads": .array(try await dependencies.audit.heads().map(\.json))]).naming(read)
    }

    private func admitAuditor(_ caller: CallerIdentity, in exchange: inout Exchange) async throws {
        try await prove(caller, in: &exchange)
        let map = try await dependencies.map()
        guard map.isAuditor(caller) else {
            throw Problem(
                .auditNotAllowed,
                detail:
                    "\(caller.sentenceTitle) in account \(caller.account) may not read the audit log.",
                next: "Sign in with an auditor's permission set, or ask an administrator of the role map."
            )
        }
    }
}

/// The part of a chain that a verifier asks for.
private struct ChainStretch {
    let chain: Int
    let from: Int64
    let limit: Int

    /// Reads `chain`, `from` and `limit`.
    ///
    /// - Throws: ``Problem`` with `QUERY_INVALID`.
    init(parameters: [(name: String, value: String)]) throws(Problem) {
        var values: [String: Int64] = [:]
        for (name, text) in parameters {
            guard ["chain", "from", "limit"].contains(name), let value = Int64(text), value >= 0 else {
                throw Self.problem("\(name.prefix(32)) is unknown beside chain, or no whole number.")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw Self.problem("\(name) is given more than once.")
            }
        }
        let from = values["from", default: 0]
        let limit = values["limit", default: Int64(AuditQuery.maximumLimit)]
        guard let chain = values["chain"].flatMap({ Int32(exactly: $0) }),
            (1...Int64(AuditQuery.maximumLimit)).contains(limit)
        else { throw Self.problem("limit takes 1 to \(AuditQuery.maximumLimit), and chain a small number.") }
        self.chain = Int(chain)
        self.from = from
        self.limit = Int(limit)
    }

    var text: String { "chain=\(chain) from=\(from) limit=\(limit)" }

    private static func problem(_ detail: String) -> Problem {
        Problem(.queryInvalid, detail: detail, next: "Read a chain with chain, from and limit.")
    }
}

internal import SessionCore

/// The audit log in its tables; each call runs on the database's thread.
struct AuditTable {
    let connection: Connection

    static let columns = "chain, seq, previous, hash, bytes"

    /// Begins the chains of a file that has none yet; call within a transaction.
    func begin(chains: Int, genesis: (Int) -> AuditRecord) throws {
        guard try heads().isEmpty else { return }
        for chain in 0..<chains {
            let record = genesis(chain)
            let first = ChainedRecord(chain: chain, sequence: 0, previous: AuditChain.beginning, record: record)
            try insert(first, record)
            try connection.run(
                "INSERT INTO head (chain, seq, hash) VALUES (?, ?, ?)",
                [.integer(Int64(chain)), .integer(0), .blob(first.hash)]
            )
        }
    }

    /// How many chains the genesis records fix, once every head is seen to stand on its chain's last record.
    func chainCount() throws -> Int {
        let heads = try heads()
        for head in heads { try checkHead(head) }
        guard let genesis = try chain(0, from: 0, limit: 1).first?.record, genesis.event == .genesis,
            genesis.details["chains"] == String(heads.count), heads.map(\.chain) == Array(0..<heads.count)
        else { throw SQLiteFailure.inconsistent }
        return heads.count
    }

    /// Links a record behind the last one of its chain, and makes what changes with it; call within a transaction.
    func append(_ record: AuditRecord, terms: AppendTerms, chains: Int) throws -> ChainedRecord {
        if let stored = try chained("WHERE id = ?", [.text(record.id.text)]).first { return stored }
        if let claim = record.claim, try exists("claim = ?", claim) { throw AuditStoreFailure.requestAlreadyUsed }
        if let intent = record.outcomeOf, try exists("outcome_of = ?", intent.text) {
            throw AuditStoreFailure.outcomeAlreadyRecorded
        }
        let blocks = BlockTable(connection: connection)
        if let block = try blocks.block(matching: terms.unlessBlocked) { throw AuditStoreFailure.blocked(block) }
        let sessions = SessionTable(connection: connection)
        if let limit = terms.limit, record.event == .intent, let owner = record.caller?.owner,
            try sessions.countedSessions(of: owner, upTo: limit.maximum) >= limit.maximum
        {
            throw AuditStoreFailure.tooManySessions(limit.maximum)
        }
        if let version = terms.publishing { try MapTable(connection: connection).publish(version) }
        if let change = terms.blocking { try blocks.apply(change) }
        let chain = AuditChain.chain(for: record.id, of: chains)
        guard let head = try heads().first(where: { $0.chain == chain }) else { throw SQLiteFailure.inconsistent }
        try checkHead(head)
        let next = ChainedRecord(chain: chain, sequence: head.sequence + 1, previous: head.hash, record: record)
        try insert(next, record)
        try connection.run(
            "UPDATE head SET seq = ?, hash = ? WHERE chain = ?",
            [.integer(next.sequence), .blob(next.hash), .integer(Int64(chain))]
        )
        try follow(record, in: sessions)
        return next
    }

    /// Keeps the state of the record's session up to date.
    ///
    /// Only an intent reads the session's records; what comes after it changes the state that is kept, so that a caller who has
    /// thousands of refusals recorded about one session makes no append slower.
    private func follow(_ record: AuditRecord, in sessions: SessionTable) throws {
        guard let id = record.session else { return }
        if record.event == .intent {
            if let session = SessionHistory(records: try session(id)) { try sessions.keep(session) }
        } else if let before = try sessions.session(id) {
            var session = before
            session.apply(record)
            if session != before { try sessions.keep(session) }
        }
    }

    /// All records of one session, oldest first; of the same moment, in the order in which they came.
    func session(_ id: RecordID) throws -> [AuditRecord] {
        try chained("WHERE session = ? ORDER BY time, position", [.text(id.text)]).map { chained in
            guard let record = chained.record else { throw SQLiteFailure.corrupt }
            return record
        }
    }

    /// A stretch of one chain.
    func chain(_ chain: Int, from: Int64, limit: Int) throws -> [ChainedRecord] {
        try chained(
            "WHERE chain = ? AND seq >= ? ORDER BY seq LIMIT ?",
            // A negative limit would mean none at all.
            [.integer(Int64(chain)), .integer(from), .integer(Int64(max(limit, 0)))]
        )
    }

    /// Where each chain ends.
    func heads() throws -> [ChainHead] {
        try connection.rows("SELECT chain, seq, hash FROM head ORDER BY chain") { row in
            ChainHead(chain: Int(try row.integer(0)), sequence: try row.integer(1), hash: try row.blob(2))
        }
    }

    private func checkHead(_ head: ChainHead) throws {
        let last = try chained(
            "WHERE chain = ? ORDER BY seq DESC LIMIT 1",
            [.integer(Int64(head.chain))]
        ).first
        guard last?.sequence == head.sequence, last?.hash == head.hash else { throw SQLiteFailure.inconsistent }
    }

    func insert(_ chained: ChainedRecord, _ record: AuditRecord) throws {
        try connection.run(
            """
            INSERT INTO audit (chain, seq, previous, hash, bytes, id, time, event, session, user, permission_set, node,
                claim, outcome_of, account, region, linux_user, code)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(Int64(chained.chain)), .integer(chained.sequence), .blob(chained.previous),
                .blob(chained.hash), .blob(chained.bytes), .text(record.id.text),
                .integer(record.time.milliseconds), .text(record.event.rawValue),
                .optional(record.session?.text), .optional(record.caller?.owner.user),
                .optional(record.caller?.permissionSet), .optional(record.access?.node.text),
                .optional(record.claim), .optional(record.outcomeOf?.text),
                .optional(record.account), .optional(record.access?.region.name),
                .optional(record.access?.linuxUser), .optional(record.decision?.code),
            ]
        )
    }

    private func exists(_ condition: String, _ value: String) throws -> Bool {
        try !connection.rows("SELECT 1 FROM audit WHERE \(condition)", [.text(value)]) { _ in }.isEmpty
    }

    func chained(_ clause: String, _ values: [SQLValue]) throws -> [ChainedRecord] {
        try connection.rows("SELECT \(Self.columns) FROM audit \(clause)", values, read: Self.record)
    }

    static func record(_ row: Row) throws -> ChainedRecord {
        ChainedRecord(
            chain: Int(try row.integer(0)),
            sequence: try row.integer(1),
            previous: try row.blob(2),
            hash: try row.blob(3),
            bytes: try row.blob(4)
        )
    }
}

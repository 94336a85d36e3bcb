internal import SQLiteStore
internal import SessionCore

/// Where records are read from: the broker, or a copy of its log.
protocol AuditSource: Sendable {
    /// One page, newest first.
    func records(matching query: AuditQuery) async throws -> AuditPage
    /// A stretch of one chain, in order.
    func chain(_ chain: Int, from sequence: Int64, limit: Int) async throws -> [ChainedRecord]
    /// Where each chain ends.
    func heads() async throws -> [ChainHead]
    /// The record with an id of its own.
    func record(_ id: RecordID) async throws -> ChainedRecord?
    /// The broker's id of the session that Systems Manager knows under another.
    func session(ofSessionID sessionID: String) async throws -> RecordID?
}

extension AuditSource {
    /// Reads all that a query finds, page by page, newest first.
    ///
    /// - Parameters:
    ///   - query: What to look for; its limit is that of each page.
    ///   - take: Gets each record, and says whether to go on.
    /// - Throws: What reading or `take` throws.
    func eachRecord(matching query: AuditQuery, _ take: (ChainedRecord) throws -> Bool) async throws {
        var query = query
        repeat {
            let page = try await records(matching: query)
            for record in page.records {
                guard try take(record) else { return }
            }
            // A page without records and with a next one would lead round in a circle.
            query.cursor = page.records.isEmpty ? nil : page.next
        } while query.cursor != nil
    }

    /// The first record, from the newest on, that satisfies a condition.
    func firstRecord(
        matching query: AuditQuery,
        where condition: (AuditRecord) -> Bool
    ) async throws -> ChainedRecord? {
        var found: ChainedRecord?
        try await eachRecord(matching: query) { chained in
            guard let record = chained.record, condition(record) else { return true }
            found = chained
            return false
        }
        return found
    }
}

extension BrokerClient: AuditSource {
    /// The broker has no index of record ids: the log is read from its newest record on.
    func record(_ id: RecordID) async throws -> ChainedRecord? {
        try await firstRecord(matching: AuditQuery(limit: AuditQuery.maximumLimit)) { $0.id == id }
    }

    /// A session id begins with the engineer's name, unless that was too long for it: so first this user's records are read.
    func session(ofSessionID sessionID: String) async throws -> RecordID? {
        let name = sessionID.split(separator: ".").dropLast().joined(separator: ".")
        var queries = [AuditQuery(limit: AuditQuery.maximumLimit)]
        if !name.isEmpty { queries.insert(AuditQuery(user: name, limit: AuditQuery.maximumLimit), at: 0) }
        for query in queries {
            let found = try await firstRecord(matching: query) { $0.session != nil && $0.aws?.sessionID == sessionID }
            if let session = found?.record?.session { return session }
        }
        return nil
    }
}

/// A file with the log, opened.
struct LocalLog: AuditSource {
    /// The file.
    let path: String
    /// What is in it.
    let copy: AuditCopy

    /// Opens a file to read it.
    ///
    /// - Throws: ``CommandFailure`` with `COPY_UNREADABLE`.
    init(path: String) async throws {
        self.path = path
        copy = try await Self.reading(path) { try await AuditCopy.open(at: path) }
    }

    func records(matching query: AuditQuery) async throws -> AuditPage {
        try await Self.reading(path) { try await copy.records(matching: query) }
    }

    func chain(_ chain: Int, from sequence: Int64, limit: Int) async throws -> [ChainedRecord] {
        try await Self.reading(path) { try await copy.chain(chain, from: sequence, limit: limit) }
    }

    func heads() async throws -> [ChainHead] {
        try await Self.reading(path) { try await copy.heads() }
    }

    func record(_ id: RecordID) async throws -> ChainedRecord? {
        try await Self.reading(path) { try await copy.record(id) }
    }

    func session(ofSessionID sessionID: String) async throws -> RecordID? {
        try await Self.reading(path) { try await copy.session(ofSessionID: sessionID) }
    }

    /// Does something with a file, and says what is wrong with it as a person can use it.
    ///
    /// - Throws: ``CommandFailure`` with `COPY_UNREADABLE`.
    static func reading<Value>(_ path: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let failure as SQLiteFailure {
            throw CommandFailure(
                .failed,
                code: "COPY_UNREADABLE",
                what: "\(path) cannot be used as a copy of the audit log.",
                why: ["\(failure.description.prefix(1).uppercased())\(failure.description.dropFirst())."],
                next: "ssm-broker audit pull --to <another file> makes a new copy."
            )
        }
    }
}

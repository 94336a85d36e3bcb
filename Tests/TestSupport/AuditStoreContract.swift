package import SessionCore

/// What every audit store must do, as rules that each run on a new, empty store.
package struct AuditStoreContract: Sendable, CustomStringConvertible {
    /// A rule that a store does not keep.
    package struct Violation: Error, CustomStringConvertible {
        /// What should have been.
        package let description: String
    }

    /// The rule in one clause.
    package let description: String
    private let body: @Sendable (any AuditStore) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any AuditStore) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Every rule.
    package static let rules: [AuditStoreContract] =
        chainRules + promiseRules + queryRules + sessionRules + limitRules
        + blockRules

    /// Holds a store to the rule.
    ///
    /// - Parameter store: A new store, with as many chains as it likes.
    /// - Throws: ``Violation``, or what the store throws without reason.
    package func check(_ store: any AuditStore) async throws {
        try await body(store)
        try await Self.checkChains(of: store)
    }

    /// Fails the rule unless the claim is true.
    static func require(_ isTrue: Bool, _ claim: String) throws {
        guard isTrue else { throw Violation(description: claim) }
    }

    /// Fails the rule unless the work fails for that reason, and the store keeps nothing of it.
    static func require(
        _ failure: AuditStoreFailure,
        appending record: AuditRecord,
        limit: SessionLimit? = nil,
        terms: AppendTerms? = nil,
        to store: any AuditStore
    ) async throws {
        let before = try await store.heads()
        do {
            _ = try await store.append(record, terms: terms ?? AppendTerms(limit: limit))
            throw Violation(description: "record \(record.id) was taken instead of \(failure)")
        } catch let actual as AuditStoreFailure {
            try require(actual == failure, "record \(record.id) was refused with \(actual) instead of \(failure)")
        }
        try require(try await store.heads() == before, "a refused record leaves no trace")
    }

    /// Reads every chain from end to end and computes it anew.
    ///
    /// - Parameter store: A store, however full.
    /// - Throws: ``Violation`` at the first link that does not hold.
    package static func checkChains(of store: any AuditStore) async throws {
        let heads = try await store.heads()
        try require(!heads.isEmpty && heads.map(\.chain) == Array(0..<heads.count), "chains are numbered from 0")
        for head in heads {
            let records = try await store.chain(head.chain, from: 0, limit: Int.max)
            var previous = AuditChain.beginning
            for (place, record) in records.enumerated() {
                let hash = AuditChain.hash(
                    chain: head.chain,
                    sequence: Int64(place),
                    previous: previous,
                    bytes: record.bytes
                )
                try require(
                    record.chain == head.chain && record.sequence == Int64(place) && record.previous == previous
                        && record.hash == hash,
                    "record \(place) of chain \(head.chain) is linked to the one before it"
                )
                previous = record.hash
            }
            let details = records.first?.record?.details
            try require(
                records.first?.record?.event == .genesis
                    && details == ["chain": "\(head.chain)", "chains": "\(heads.count)"],
                "chain \(head.chain) begins with a genesis record that fixes the number of chains"
            )
            try require(
                head.sequence == Int64(records.count - 1) && head.hash == previous,
                "head \(head.chain) stands on the chain's last record"
            )
        }
    }
}

internal import SQLiteStore
internal import SessionCore

/// The verification of a whole log, chain by chain.
struct LogVerification: Sendable {
    let source: any AuditSource
    /// What was kept elsewhere; nil when nothing was given to compare with.
    let anchors: Anchors?
    let progress: Progress

    /// What was found.
    struct Report: Sendable {
        /// Where the chains end, as the log says.
        var heads: [ChainHead] = []
        /// The first thing in each chain that does not fit, by chain.
        var findings: [ChainCheck.Finding] = []
        /// How many records were checked.
        var records: Int64 = 0
        /// How many of them came after the last anchor of their chain; nil without anchors.
        var unanchored: Int64?
        /// Whether a file was read, and all that is wrong with it is that it ends before hashes that were kept elsewhere.
        var isBehind = false

        /// The report for programs.
        var json: JSON {
            .compact([
                "chains": .array(heads.map(\.json)),
                "findings": .array(findings.map(\.json)),
                "isAnchored": .bool(unanchored != nil),
                "isBehind": isBehind ? .bool(true) : nil,
                "isIntact": .bool(findings.isEmpty),
                "records": .integer(records),
                "unanchoredRecords": unanchored.map(JSON.integer),
            ])
        }
    }

    /// Recomputes every chain.
    ///
    /// - Throws: What reading throws.
    func run() async throws -> Report {
        var report = Report()
        report.heads = try await source.heads().sorted { $0.chain < $1.chain }
        report.findings = missingHeads(report.heads)
        // With a chain missing, the others would only say so again.
        if report.findings.isEmpty {
            let checked = try await checkChains(report.heads)
            report.records = checked.reduce(0) { $0 + $1.records }
            report.findings = checked.compactMap(\.finding)
        }
        if report.findings.isEmpty, let local = source as? LocalLog { report.findings += try await strays(local) }
        progress.end()
        if let anchors {
            if let contradiction = anchors.contradiction { report.findings.append(contradiction) }
            report.unanchored = report.heads.reduce(0) { sum, head in
                sum.addingWithoutOverflow(head.sequence).addingWithoutOverflow(-(anchors.last(of: head.chain) ?? -1))
            }
        }
        report.isBehind = source is LocalLog && !report.findings.isEmpty && report.findings.allSatisfy(\.isPastTheEnd)
        report.findings.sort { ($0.chain, $0.sequence) < ($1.chain, $1.sequence) }
        return report
    }

    /// Chains that should be there and are not.
    private func missingHeads(_ heads: [ChainHead]) -> [ChainCheck.Finding] {
        let named = heads.map(\.chain)
        let anchored = anchors?.chains.keys.sorted() ?? []
        var findings = anchored.filter { !named.contains($0) }.compactMap { anchors?.missing(from: $0, length: 0) }
        if findings.isEmpty, named != Array(named.indices) || named.isEmpty {
            let first = named.indices.first { named[$0] != $0 } ?? 0
            let list = named.isEmpty ? "none" : named.map(String.init).joined(separator: ", ")
            findings.append(
                ChainCheck.Finding(
                    chain: first,
                    sequence: 0,
                    explanation: "The heads are those of chains \(list); one is missing or double."
                )
            )
        }
        return findings
    }

    /// Checks every chain: those of a file side by side, those of a broker one after the other.
    private func checkChains(_ heads: [ChainHead]) async throws -> [CheckedChain] {
        if let local = source as? LocalLog {
            return try await FileVerification(log: local, heads: heads, anchors: anchors, progress: progress).run()
        }
        var checked: [CheckedChain] = []
        var records: Int64 = 0
        for head in heads {
            let chain = try await check(head, of: heads.count) { progress.show(records + $0, of: heads.records) }
            records += chain.records
            checked.append(chain)
        }
        return checked
    }

    private func check(
        _ head: ChainHead,
        of chains: Int,
        at progress: (Int64) -> Void
    ) async throws -> CheckedChain {
        var check = ChainCheck(chain: head.chain, of: chains)
        while check.next <= head.sequence {
            let wanted = min(Int64(AuditQuery.maximumLimit) - 1, head.sequence - check.next) + 1
            let records = try await source.chain(head.chain, from: check.next, limit: Int(wanted))
            // What was appended after the heads were read belongs to a later verification.
            for record in records where check.next <= head.sequence {
                let finding = record.lent { check.take($0) ?? anchors?.finding(for: $0) }
                if let finding { return CheckedChain(finding: finding, records: check.next) }
            }
            guard !records.isEmpty else { return CheckedChain(finding: check.ended(before: head), records: check.next) }
            progress(check.next)
        }
        let finding = check.finish(at: head) ?? anchors?.missing(from: head.chain, length: check.next)
        return CheckedChain(finding: finding, records: check.next)
    }

    /// In a file, rows can be searched that no chain leads to.
    private func strays(_ local: LocalLog) async throws -> [ChainCheck.Finding] {
        guard let row = try await LocalLog.reading(local.path, { try await local.copy.stray() }) else { return [] }
        return [
            ChainCheck.Finding(
                chain: row.chain,
                sequence: row.sequence,
                explanation: "It stands in the table, and no chain leads to it."
            )
        ]
    }
}

/// What the check of one chain came to.
struct CheckedChain: Sendable {
    /// The first thing that does not fit.
    let finding: ChainCheck.Finding?
    /// How many records were checked.
    let records: Int64
}

extension ChainCheck.Finding {
    /// The finding for programs.
    var json: JSON {
        ["chain": .integer(Int64(chain)), "explanation": .string(explanation), "sequence": .integer(sequence)]
    }

    /// The finding for a person.
    var line: String { "chain \(chain), record \(sequence): \(explanation)" }
}

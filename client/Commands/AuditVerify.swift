internal import ArgumentParser
internal import SessionCore

/// `ssm-broker audit verify`.
struct AuditVerify: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute every chain of the audit log, from first record to head.",
        discussion: """
            Ends with 1 and names the first record that does not fit.

            Example:
              ssm-broker audit verify
            """
    )

    /// What a chain cannot show, whatever is recomputed.
    static let caveat =
        "The chains fit together. Compared with no copy kept elsewhere, a rewrite of whole chains would not be seen."

    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let broker = try world.broker(profile: signIn.profile)
        let heads = try await broker.heads().sorted { $0.chain < $1.chain }
        var finding =
            heads.map(\.chain) == Array(heads.indices)
            ? nil
            : ChainCheck.Finding(
                chain: heads.first?.chain ?? 0,
                sequence: 0,
                explanation:
                    "The heads are those of chains \(heads.map { String($0.chain) }.joined(separator: ", ")); one is missing or double."
            )
        for head in heads where finding == nil {
            finding = try await Self.verify(head, of: heads.count, broker: broker)
        }
        if let finding {
            throw CommandFailure(
                .failed,
                code: "CHAIN_BROKEN",
                what: "The audit log was changed: chain \(finding.chain), record \(finding.sequence).",
                why: [finding.explanation],
                next: "Keep a copy of the store as it is, and tell the security team."
            )
        }
        world.output.write(Self.json(heads), as: format) { Self.lines(heads) }
        if format == .table { world.output.tell(Self.caveat) }
    }

    private static func verify(_ head: ChainHead, of chains: Int, broker: BrokerClient) async throws -> ChainCheck
        .Finding?
    {
        var check = ChainCheck(chain: head.chain, of: chains)
        while check.next <= head.sequence {
            let wanted = min(Int64(AuditQuery.maximumLimit), head.sequence - check.next + 1)
            let records = try await broker.chain(head.chain, from: check.next, limit: Int(wanted))
            // What was appended after the heads were read belongs to a later verification.
            for record in records where check.next <= head.sequence {
                if let finding = check.take(record) { return finding }
            }
            guard !records.isEmpty else { return check.ended(before: head) }
        }
        return check.finish(at: head)
    }

    private static func json(_ heads: [ChainHead]) -> JSON {
        [
            "chains": .array(heads.map(\.json)),
            "isAnchored": false,
            "isIntact": true,
            "records": .integer(heads.reduce(0) { $0 + $1.sequence + 1 }),
        ]
    }

    private static func lines(_ heads: [ChainHead]) -> [String] {
        let total = heads.reduce(0) { $0 + $1.sequence + 1 }
        return heads.map { head in
            let hash = head.json["hash"]?.text ?? ""
            return "chain \(head.chain): \(head.sequence + 1) records, head \(hash)"
        } + ["\(total) records in \(heads.count) \(heads.count == 1 ? "chain" : "chains"): intact"]
    }
}

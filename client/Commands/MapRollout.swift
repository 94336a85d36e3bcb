internal import ArgumentParser
internal import SessionCore

/// `ssm-broker map rollout`.
struct MapRollout: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Show where the map's documents stand in each account and Region.",
        usage: """
            ssm-broker map rollout [--watch] [--documents] [--account <account>]
                   [--region <region>] [--state <state>] [--limit <limit>]
                   [--profile <profile>] [--no-input] [--output <output>]
            """,
        discussion: """
            For administrators. A place is pending while an older map was applied there
            last. Documents that somebody had changed and the enforcer put right are
            named as drift. With --watch it goes on until no place is pending; it ends
            with 1 when one has failed. With -o tsv: account, Region, state, version,
            when it was checked, what went wrong.

            Examples:
              ssm-broker map rollout
              ssm-broker map rollout --watch
              ssm-broker map rollout --account 111122223333 --documents
              ssm-broker map rollout --state failed --output ndjson
            """
    )

    @Flag(help: "Go on until no place is pending.")
    var watch = false
    @Flag(help: "Show each document.")
    var documents = false
    @Option(help: "Only this account.")
    var account: String?
    @Option(help: "Only this Region.")
    var region: String?
    @Option(help: "Only current, pending, failed or skipped places.")
    var state: String?
    @Option(help: "The most places to show.")
    var limit: Int = 1000
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }

    func run(in world: Dependencies) async throws {
        let request = try request()
        let broker = try world.broker(profile: signIn.profile)
        var reply = try await broker.rollout(request, upTo: limit)
        if watch { reply = try await wait(for: reply, asking: request, of: broker, in: world) }
        write(reply, to: world.output)
        if reply.places.isEmpty, !format.isForPrograms, account != nil || region != nil || state != nil {
            world.output.tell("No place fits: the enforcer has not looked at one with this account, Region and state.")
        }
        guard !watch || reply.totals[.failed] == 0 else {
            throw CommandFailure(
                .failed,
                code: "ROLLOUT_FAILED",
                what: "Version \(reply.number) could not be applied in \(reply.totals[.failed]) places.",
                next: "See why: ssm-broker map rollout --state failed; the enforcer tries again on its schedule."
            )
        }
    }

    private func request() throws -> RolloutRequest {
        var problems: [String] = []
        let account = account.map { try? AccountID($0) }
        if case .some(nil) = account { problems.append("--account is no account number of twelve digits.") }
        let region = region.map { try? Region($0) }
        if case .some(nil) = region { problems.append("--region is no Region as eu-west-1.") }
        let standing = state.map { RolloutStanding(rawValue: $0) }
        if case .some(nil) = standing {
            let known = RolloutStanding.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append("--state is none of \(known).")
        }
        if limit < 1 { problems.append("--limit is not at least 1.") }
        guard problems.isEmpty else {
            throw CommandFailure(.usage, code: "QUERY_INVALID", what: "The rollout cannot be asked for.", why: problems)
        }
        return RolloutRequest(account: account ?? nil, region: region ?? nil, standing: standing ?? nil)
    }

    /// Asks again until no place is pending, or a signal ends it.
    private func wait(
        for first: RolloutReply,
        asking request: RolloutRequest,
        of broker: BrokerClient,
        in world: Dependencies
    ) async throws -> RolloutReply {
        let catching = try world.beginSignals(world.signals)
        defer { catching.end() }
        let progress = Progress("version \(first.number)", on: world.output)
        defer { progress.end() }
        var reply = first
        var told: RolloutTotals?
        // Right after the first publication the enforcer has looked at no place yet; of one that is asked for it may never.
        let isWhole = request.account == nil && request.region == nil
        while reply.totals[.pending] > 0 || (isWhole && reply.totals.all == 0) {
            let done = reply.totals.all - reply.totals[.pending]
            progress.show(Int64(done), of: Int64(reply.totals.all))
            // Where no terminal shows progress, a line for each step says as much.
            if world.output.progress == nil, told != reply.totals {
                world.output.tell(
                    reply.totals.all == 0
                        ? "version \(reply.number): the enforcer has looked at no place yet"
                        : "version \(reply.number): \(done) of \(reply.totals.all) places done"
                )
                told = reply.totals
            }
            // Several people's clients must not ask in step; the wait is cut short by Ctrl-C.
            for _ in 0..<(18 + Int.random(in: 0...4)) where world.signals.first == nil { await world.pause(100) }
            guard world.signals.first == nil, !world.output.isDeserted() else { return reply }
            reply = try await broker.rollout(request, upTo: limit)
        }
        return reply
    }

    private func write(_ reply: RolloutReply, to output: Output) {
        let rows = Rows(
            reply.places.map { $0.json(under: reply.number) },
            columns: ["account", "region", "standing", "number", "checked", "problem"]
        )
        output.write(reply.json, rows: rows, as: format) {
            RolloutTable(reply: reply, showsDocuments: documents).lines(width: output.columns)
        }
    }
}

internal import ArgumentParser
internal import SessionCore

/// How a map is published, on the command line.
struct PublicationOptions: ParsableArguments {
    @Option(help: "What the publication is for; it stands in the history and the audit log.")
    var note: String?
    @Option(
        help: ArgumentHelp("Refuse unless this version is the current one; 0 before the first.", valueName: "number")
    )
    var base: Int64?
    @Flag(help: "Publish although you could not publish again after it.")
    var force = false
    @Flag(help: "End the live sessions that the new map would not allow.")
    var endSessions = false
    @Flag(name: [.short, .customLong("yes")], help: "Publish without asking.")
    var yes = false

    /// Returns when the broker can take what was given.
    ///
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage``.
    func check() throws {
        guard let note, !OpenSessionRequest.isPlainText(note, maximumLength: PublishMapRequest.maximumNoteLength) else {
            return
        }
        throw CommandFailure(
            .usage,
            code: "NOTE_INVALID",
            what:
                "Nothing was published: --note takes 1 to \(PublishMapRequest.maximumNoteLength) characters on one line.",
            next: "Say what the publication is for, or leave --note out."
        )
    }
}

/// A map on its way to the broker: the plan, the question, the publication.
struct MapPublication: Sendable {
    let broker: BrokerClient
    let world: Dependencies
    let format: OutputFormat
    /// What did not happen when the broker refuses, without a full stop.
    let purpose: String

    /// Shows the plan, asks and publishes.
    ///
    /// - Parameters:
    ///   - map: The new map.
    ///   - options: The rest of the command line.
    ///   - note: What to say about it when the command line says nothing.
    /// - Throws: ``CommandFailure``.
    func publish(_ map: RoleMap, _ options: PublicationOptions, note: String? = nil) async throws {
        let plan = try await plan(map, base: options.base)
        guard !plan.isUnchanged else {
            world.output.write(plan.answer.with("isPublished", false), as: format) {
                plan.lines(width: world.output.columns)
            }
            if options.endSessions, plan.sessions > 0 { throw Self.notEnded(plan) }
            return
        }
        if !format.isForPrograms {
            for line in plan.lines(width: world.output.columns) { world.output.note(line + "\n") }
        }
        if plan.locksOut, !options.force { throw Self.lockOut }
        try confirm(plan, options)
        let request = PublishMapRequest(
            base: plan.number - 1,
            map: map.json,
            note: options.note ?? note,
            isForced: options.force,
            endsSessions: options.endSessions
        )
        let reply = try await send(request)
        world.output.write(reply.with("isPublished", true), as: format) {
            Self.lines(of: reply, endsSessions: options.endSessions)
        }
        let left = reply["left"]?.elements ?? []
        guard left.isEmpty else {
            throw CommandFailure(
                .failed,
                code: "SESSIONS_NOT_ENDED",
                what: "The role map is published, but \(Self.count(left.count)) did not end.",
                why: left.map { "\($0["id"]?.text ?? "-"): \($0["code"]?.text ?? "-")" },
                next: "End them: ssm-broker sessions end <id>"
            )
        }
    }

    /// What would happen if the map were published.
    ///
    /// - Parameters:
    ///   - map: The new map.
    ///   - base: The version that must be the current one; nil for whichever is.
    /// - Returns: The plan.
    /// - Throws: ``CommandFailure``.
    func plan(_ map: RoleMap, base: Int64?) async throws -> PublicationPlan {
        let current = try await broker.mapVersions(upTo: 1, purpose: purpose).first?.number ?? 0
        if let base, base != current { throw try await changed(since: base) }
        // Without a version that can be used, everything is new.
        let before = current > 0 ? try await broker.mapInForce(purpose: purpose) : nil
        let answer = try await send(PublishMapRequest(base: current, map: map.json, isDryRun: true))
        return PublicationPlan(answer: answer, difference: RoleMapDifference(from: before, to: map))
    }

    private func send(_ request: PublishMapRequest) async throws -> JSON {
        if world.output.progress != nil {
            world.output.tell(request.isDryRun ? "asking the broker what would change" : "publishing")
        }
        do {
            return try await broker.publish(request, purpose: purpose)
        } catch let failure as CommandFailure where failure.code == ProblemCode.mapChanged.rawValue {
            throw try await changed(since: request.base)
        }
    }

    /// Tells what others have published meanwhile.
    private func changed(since base: Int64) async throws -> CommandFailure {
        let newer = try await broker.mapVersions(upTo: 10, since: base, purpose: purpose)
        let current = newer.first?.number
        return CommandFailure(
            .failed,
            code: ProblemCode.mapChanged.rawValue,
            what: current.map { "Nothing was published: version \($0) is the current one, not \(base)." }
                ?? "Nothing was published: there is no version \(base) yet.",
            why: newer.map { version in
                "Version \(version.number) by \(version.publisher), \(version.moment) UTC"
                    + (version.note.map { ": \($0)" } ?? "") + "; "
                    + MapSummary(version.json["summary"]).text
            },
            next: current.map { current in
                base > 0
                    ? "See what changed, take it over into your map, then again: ssm-broker map diff \(base) \(current)"
                    : "See it, take it over into your map, then again: ssm-broker map show \(current)"
            } ?? "Leave out --base, or name the current version: ssm-broker map history"
        )
    }

    private func confirm(_ plan: PublicationPlan, _ options: PublicationOptions) throws {
        let ends = options.endSessions && plan.sessions > 0 ? " and end \(Self.count(Int(plan.sessions)))" : ""
        try Confirmation(
            question: "Publish this as version \(plan.number)\(ends)",
            refusal: "Nothing was published"
        ).obtain(isGiven: options.yes, in: world)
    }

    private static func count(_ sessions: Int) -> String {
        "\(sessions) live \(sessions == 1 ? "session" : "sessions")"
    }

    private static func lines(of reply: JSON, endsSessions: Bool) -> [String] {
        var lines = ["Version \(reply["number"]?.number ?? 0) is published; it holds for every request from now on."]
        let sessions = reply["sessions"]?.elements?.count ?? 0
        if endsSessions, let ended = reply["ended"]?.elements?.count, ended > 0 {
            lines.append("Ended: \(count(ended)).")
        } else if sessions > 0, !endsSessions {
            lines.append(
                "\(count(sessions)) that it would not allow may go on; end them: ssm-broker sessions end <id>"
            )
        }
        return lines
    }

    /// A map in force is not published again, so what it forbids is ended by itself.
    private static func notEnded(_ plan: PublicationPlan) -> CommandFailure {
        let sessions = plan.answer["sessions"]?.elements ?? []
        return CommandFailure(
            .failed,
            code: "SESSIONS_NOT_ENDED",
            what:
                "Nothing was published, so nothing was ended; \(count(Int(plan.sessions))) that the map does not allow may go on.",
            why: sessions.map { "\($0["id"]?.text ?? "-") of \($0["user"]?.text ?? "-"): \($0["why"]?.text ?? "-")" },
            next: "ssm-broker sessions end \(sessions.first?["id"]?.text ?? "<id>")"
        )
    }

    private static let lockOut = CommandFailure(
        .denied,
        code: ProblemCode.mapLocksYouOut.rawValue,
        what: "Nothing was published: after this map you could not publish another one.",
        why: ["It names you neither among its administrators nor among its publishers."],
        next: "Add yourself, or mean it: --force"
    )
}

extension JSON {
    /// An object with one more member.
    fileprivate func with(_ name: String, _ value: JSON) -> JSON {
        .object((members ?? [:]).merging([name: value]) { $1 })
    }
}

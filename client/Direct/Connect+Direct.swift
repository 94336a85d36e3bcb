internal import ArgumentParser
internal import SessionCore

extension Connect {
    /// Opens a session without the broker, or with a dry run says which it would be.
    ///
    /// - Throws: ``CommandFailure``.
    func runDirectly(in world: Dependencies) async throws {
        let request = DirectSession.Request(
            id: world.makeID(),
            node: try named.id(because: "With --direct no broker is asked, so nobody finds a node by a name."),
            region: try options.place.region(in: world, profile: signIn.profile),
            document: try namedDocument(),
            reason: try directReason()
        )
        let session = DirectSession(
            request: request,
            credentials: try world.credentials(try world.settings(profile: signIn.profile).namedProfile),
            aws: try world.aws()
        )
        guard !options.dryRun else {
            let plan = try await session.plan()
            world.output.write(plan.json, as: format) { Self.lines(plan, request) }
            return
        }
        try requirePerson(in: world)
        try await ConnectFlow(plugin: try await options.plugin(in: world), origin: session, world: world).run()
    }

    /// Refuses options that mean nothing together.
    func checkOptions() throws {
        let problem: String? =
            if direct, options.ticket != nil {
                "--ticket is the broker's; with --direct name it in --reason, which CloudTrail keeps."
            } else if !direct, document != nil {
                "--document is for --direct; otherwise the broker chooses the document."
            } else {
                nil
            }
        guard let problem else { return }
        throw CommandFailure(.usage, code: "OPTIONS_CONFLICT", what: problem, next: "ssm-broker connect --help")
    }

    private func namedDocument() throws -> String? {
        guard let document else { return nil }
        // Shape: Systems Manager API Reference, `DocumentName`, without the ARNs of documents that other accounts share.
        let isName =
            (3...128).contains(document.utf8.count)
            && document.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) }
        guard isName else {
            throw CommandFailure(
                .usage,
                code: "DOCUMENT_INVALID",
                what: "\(document.prefix(64)) is no document's name.",
                why: ["A name looks like SSMBroker-Shell-DatabaseAdmin."]
            )
        }
        return document
    }

    private func directReason() throws -> String? {
        guard let reason = options.reason else { return nil }
        let longest = OpenSessionRequest.maximumReasonLength
        guard OpenSessionRequest.isPlainText(reason, maximumLength: longest) else {
            throw CommandFailure(
                .usage,
                code: ProblemCode.reasonInvalid.rawValue,
                what: "The reason is empty, longer than \(longest) characters, or not on one line.",
                next: "Shorten --reason."
            )
        }
        return reason
    }

    private static func lines(_ plan: DirectSession.Plan, _ request: DirectSession.Request) -> [String] {
        [
            "Started:        nothing; IAM judges at the start",
            "Recorded:       by CloudTrail, not by the broker",
            "Node:           \(request.node) in \(request.region)",
            "Account:        \(plan.caller.account)",
            "You:            \(Printable.line(plan.caller.arn.sessionName)), \(Printable.line(plan.caller.title))",
            "Document:       \(Printable.line(plan.document))",
        ]
    }
}

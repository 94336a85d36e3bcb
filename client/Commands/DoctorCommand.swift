internal import ArgumentParser
internal import SessionCore

/// `ssm-broker doctor`.
struct DoctorCommand: SignedInCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at everything that a session needs, and say what is wrong.",
        usage: """
            ssm-broker doctor [<node>] [--region <region>] [--profile <profile>]
                   [--no-input] [--output <output>]
            """,
        discussion: """
            In the order in which it is needed: settings, credentials, network, clock, who
            the broker takes you for, role map, plugin, message gateway; with a node, its
            agent and its session document too. Nothing is started or changed. The exit
            code is that of the first thing that is wrong. With -o tsv: check, state, what
            was found, what to do, exit code.

            Examples:
              ssm-broker doctor
              ssm-broker doctor i-0123456789abcdef0 --region eu-west-1
              ssm-broker doctor --profile acme-admin --output json
            """
    )

    @Argument(
        help: ArgumentHelp("A node to look at, as for connect.", valueName: "node"),
        completion: NodeCompletion.kind
    )
    var node: String?
    @Option(help: "The nodes' Region; otherwise AWS_REGION, or as configured.")
    var region: String?
    @OptionGroup var signIn: SignInOptions
    @OptionGroup var results: OutputOptions

    var format: OutputFormat { results.output }
    // Wrong settings are the first thing to be told of.
    var needsSettings: Bool { false }

    func run(in world: Dependencies) async throws {
        let examination = Examination(world: world, profile: signIn.profile, region: region, node: node)
        let isTold = format == .table
        let findings = await examination.run { finding in
            if isTold { world.output.result(finding.lines(width: world.output.columns).map { $0 + "\n" }.joined()) }
        }
        let wrong = findings.filter { $0.state == .wrong }
        if !isTold {
            world.output.write(
                ["findings": .array(findings.map(\.json)), "isWell": .bool(wrong.isEmpty)],
                rows: Rows(findings.map(\.json), columns: ["check", "state", "says", "next", "exitStatus"]),
                as: format
            ) { [] }
        }
        guard let first = wrong.first else { return }
        throw CommandFailure(
            first.status,
            code: "DOCTOR_FOUND",
            what: "\(wrong.count) of \(findings.count) checks found something wrong: "
                + "\(wrong.map(\.check).joined(separator: ", ")).",
            next: first.next.map { "First: \($0)" }
        )
    }
}

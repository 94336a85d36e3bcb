internal import ArgumentParser
internal import SessionCore

/// Where a node is and which tags it has, for questions that are answered without asking AWS.
struct NodeOptions: ParsableArguments {
    @Option(help: "The node's account.")
    var account: String?
    @Option(help: "The node's Region; otherwise AWS_REGION or AWS_DEFAULT_REGION.")
    var region: String?
    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp(
            "A tag of the node; again for each. Without any, tags decide nothing.",
            valueName: "key=value"
        )
    )
    var tags: [String] = []

    /// The node that these describe.
    ///
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage`` naming the option that is missing or wrong.
    func node(_ id: NodeID, environment: [String: String]) throws -> AccessExplanation.Node {
        guard let account else { throw Self.failure("The node's account is not known.", "--account 111122223333") }
        guard let number = try? AccountID(account) else {
            throw Self.failure("\(account) is no account number: it has twelve digits.", "--account 111122223333")
        }
        let name = [region, environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"]].compactMap(\.self)
            .first { !$0.isEmpty }
        guard let name else { throw Self.failure("The node's Region is not known.", "--region eu-west-1") }
        guard let region = try? Region(name) else {
            throw Self.failure("\(name) is no Region.", "--region eu-west-1")
        }
        return AccessExplanation.Node(id: id, account: number, region: region, tags: try keyed())
    }

    private func keyed() throws -> [String: String]? {
        var found: [String: String] = [:]
        for tag in tags {
            let parts = tag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { throw Self.failure("\(tag) is no tag.", "--tag Role=db") }
            found[String(parts[0])] = String(parts[1])
        }
        return tags.isEmpty ? nil : found
    }

    private static func failure(_ what: String, _ example: String) -> CommandFailure {
        CommandFailure(.usage, code: "NODE_UNKNOWN", what: what, next: "Say it, for example: \(example)")
    }
}

internal import ArgumentParser
internal import SessionCore

/// Where nodes are.
struct NodeRegionOptions: ParsableArguments {
    @Option(help: "The node's Region; otherwise AWS_REGION or AWS_DEFAULT_REGION.")
    var region: String?

    /// The Region that was named, by option or variable.
    ///
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage`` when none was, or what was named is none.
    func region(in world: Dependencies) throws -> Region {
        let sources = [
            ("--region", region), ("AWS_REGION", world.environment["AWS_REGION"]),
            ("AWS_DEFAULT_REGION", world.environment["AWS_DEFAULT_REGION"]),
        ]
        guard
            let (source, text) = sources.lazy.compactMap({ source, text in text.map { (source, $0) } }).first(where: {
                !$0.1.isEmpty
            })
        else {
            throw CommandFailure(
                .usage,
                code: "REGION_MISSING",
                what: "Nothing says in which Region the node is.",
                next: "Add --region, or set AWS_REGION."
            )
        }
        guard let region = try? Region(text) else {
            throw CommandFailure(
                .usage,
                code: "REGION_INVALID",
                what: "\(text.prefix(64)), from \(source), is no Region as eu-west-1."
            )
        }
        return region
    }
}

internal import ArgumentParser
internal import SessionCore

/// Where nodes are.
struct NodeRegionOptions: ParsableArguments {
    @Option(help: "The node's Region; otherwise AWS_REGION, or as configured.")
    var region: String?

    /// The Region that was named, by option, variable or setting.
    ///
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage`` when none was, or what was named is none.
    func region(in world: Dependencies, profile: String?) throws -> Region {
        try world.settings(profile: profile).nodeRegion(flag: region, of: "the node")
    }
}

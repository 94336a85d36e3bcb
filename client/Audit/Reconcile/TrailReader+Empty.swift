extension TrailReader {
    /// The failure when nothing was read: nothing compared must not look like nothing found.
    ///
    /// - Parameter paths: What was named on the command line.
    /// - Returns: The failure.
    func nothingRead(in paths: [String]) -> CommandFailure {
        CommandFailure(
            .usage,
            code: "TRAIL_EMPTY",
            what: "There is no event of CloudTrail in \(paths.joined(separator: ", ")).",
            why: badFiles.prefix(5).map { "\($0.path): \($0.reason)" },
            next: "Name files of CloudTrail, or a folder that holds them, with --cloudtrail."
        )
    }
}

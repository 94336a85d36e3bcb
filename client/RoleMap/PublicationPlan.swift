internal import SessionCore

/// What a publication would do: the broker's answer to a dry run, and the difference in full.
struct PublicationPlan: Sendable {
    /// The broker's answer.
    let answer: JSON
    /// What changes, by the map in force.
    let difference: RoleMapDifference

    /// Whether the current version is this map already.
    var isUnchanged: Bool { answer["unchanged"] == true }
    /// Whether the publisher could not publish again after it.
    var locksOut: Bool { answer["locksYouOut"] == true }
    /// How many live sessions it would not allow.
    var sessions: Int64 { answer["sessionsTotal"]?.number ?? 0 }
    /// The version that it would be, or is.
    var number: Int64 { answer["number"]?.number ?? 0 }

    /// The plan for a person; tables are made to fit a width when one is given.
    func lines(width: Int?) -> [String] {
        guard !isUnchanged else { return ["Version \(number) is this map already."] }
        let head =
            number > 1 ? "Version \(number) would replace version \(number - 1):" : "This would be the first version:"
        let end = locksOut ? ["After it you could not publish another one."] : []
        return [head] + PlanTable.lines(difference, width: width) + sessionLines(width: width) + end
    }

    private func sessionLines(width: Int?) -> [String] {
        let shown = answer["sessions"]?.elements ?? []
        guard sessions > 0 else { return ["It would allow every live session."] }
        let table = Table(
            [
                Table.Column("SESSION"), Table.Column("USER", mayShrink: true),
                Table.Column("PERMISSION SET", mayShrink: true), Table.Column("NODE"),
                Table.Column("WHY"),
            ],
            rows: shown.map { session in
                ["id", "user", "permissionSet", "node", "why"].map { session[$0]?.text ?? "-" }
            }
        )
        let more = sessions - Int64(shown.count)
        return ["\(sessions) live \(sessions == 1 ? "session" : "sessions") that it would not allow:"]
            + table.lines(width: width) + (more > 0 ? ["and \(more) more"] : [])
    }
}

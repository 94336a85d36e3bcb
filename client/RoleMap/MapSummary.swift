internal import SessionCore

/// What a publication changed, in figures, as the history has it.
struct MapSummary: Sendable {
    private let summary: JSON?

    /// - Parameter summary: The summary of a version, as the broker answers it.
    init(_ summary: JSON?) { self.summary = summary }

    /// On one line, for example `1 added, 2 changed`.
    var text: String {
        let parts = [
            ("added", "added"), ("removed", "removed"), ("changed", "changed"), ("users", "Linux users"),
            ("documents", "documents"), ("principals", "principals"), ("settings", "settings"),
        ].compactMap { name, words in summary?[name]?["count"]?.number.map { "\($0) \(words)" } }
        return parts.isEmpty ? "nothing changed" : parts.joined(separator: ", ")
    }
}

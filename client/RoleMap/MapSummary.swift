internal import SessionCore

/// What a publication changed, in figures, as the history has it.
struct MapSummary: Sendable {
    private let summary: JSON?

    /// - Parameter summary: The summary of a version, as the broker answers it.
    init(_ summary: JSON?) { self.summary = summary }

    /// On one line, for example `1 added, 2 changed`.
    var text: String {
        let parts = [
            ("added", "added", "added"), ("removed", "removed", "removed"), ("changed", "changed", "changed"),
            ("users", "Linux user", "Linux users"), ("documents", "document", "documents"),
            ("principals", "principal", "principals"), ("settings", "setting", "settings"),
        ].compactMap { name, one, many in
            summary?[name]?["count"]?.number.map { "\($0) \($0 == 1 ? one : many)" }
        }
        return parts.isEmpty ? "nothing changed" : parts.joined(separator: ", ")
    }
}

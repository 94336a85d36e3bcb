internal import SessionCore

/// What a new map changes, for a person.
enum PlanTable {
    /// One line for each change, under a header; one sentence when nothing changes.
    ///
    /// - Parameters:
    ///   - difference: What changes.
    ///   - width: The terminal's columns: what a person agrees to is broken there, and never cut; nil breaks nothing.
    /// - Returns: The lines, harmless for terminals.
    static func lines(_ difference: RoleMapDifference, width: Int?) -> [String] {
        guard !difference.isEmpty else { return ["The maps say the same."] }
        let columns = [Table.Column("WHAT"), Table.Column("NAME"), Table.Column("CHANGE")]
        return Table(columns, rows: cells(difference)).lines(width: width)
    }

    /// Each change as a row with what it is about, the name and what becomes of it.
    static func rows(_ difference: RoleMapDifference) -> Rows {
        let columns = ["what", "name", "change"]
        let objects = cells(difference).map { cells in
            JSON.object(Dictionary(uniqueKeysWithValues: zip(columns, cells.map(JSON.string))))
        }
        return Rows(objects, columns: columns)
    }

    private static func cells(_ difference: RoleMapDifference) -> [[String]] {
        var rows = difference.users.map { ["user", $0.id.name, user($0)] }
        rows += difference.added.map { ["entry", $0.name, "added"] }
        rows += difference.removed.map { ["entry", $0.name, "removed"] }
        rows += difference.changed.flatMap { entry in entry.fields.map { ["entry", entry.id.name, field($0)] } }
        rows += difference.documents.map { ["document", $0.name, document($0)] }
        for change in difference.principals {
            rows += change.added.map { [change.list, $0.description, "added"] }
            rows += change.removed.map { [change.list, $0.description, "removed"] }
        }
        return rows + difference.settings.map { ["setting", $0.field, "\(text($0.from)) becomes \(text($0.to))"] }
    }

    private static func user(_ change: RoleMapDifference.UserChange) -> String {
        // The name stands in a column of its own.
        String(change.text.dropFirst(change.id.name.count + 2))
    }

    private static func field(_ change: RoleMapDifference.FieldChange) -> String {
        "\(change.field): \(text(change.from)) becomes \(text(change.to))"
    }

    private static func text(_ json: JSON) -> String { json == .null ? "nothing" : json.text ?? json.canonicalText }

    private static func document(_ change: DocumentChange) -> String {
        let count = change.accounts.count.map { "\($0) \($0 == 1 ? "account" : "accounts")" } ?? change.accounts.text
        let regions = change.regions.isEmpty ? "every Region" : change.regions.map(\.name).joined(separator: ", ")
        return "\(change.change.rawValue) in \(count), \(regions)"
    }
}

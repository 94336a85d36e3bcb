/// Finds what a misspelt name was meant to be.
public enum Spelling {
    /// The known name that a text is a slip away from; nil when none is near, or the text is too long to be one.
    public static func nearest(to text: String, among known: Set<String>) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let found = known.map { (name: $0, distance: distance(text.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= max(1, $0.name.utf8.count / 4) && $0.distance < $0.name.utf8.count }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return found?.name
    }

    /// How many letters must be put in, taken out, changed or swapped with their neighbour.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left.utf8), Array(right.utf8))
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}

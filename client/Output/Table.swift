/// Rows under a header, in columns; made to fit when a width is given.
struct Table: Sendable, Hashable {
    /// One column.
    struct Column: Sendable, Hashable {
        /// What stands above it.
        let title: String
        /// Whether its cells may be cut when the table is too wide; ids and times are worth nothing in part.
        let mayShrink: Bool

        init(_ title: String, mayShrink: Bool = false) {
            self.title = title
            self.mayShrink = mayShrink
        }
    }

    private static let gap = 2
    /// A shrinking column keeps at least this many characters.
    private static let narrowest = 6

    let columns: [Column]
    let rows: [[String]]

    /// Makes a table; cells are made harmless for terminals.
    ///
    /// - Parameters:
    ///   - columns: The columns, from the left.
    ///   - rows: As many cells each as there are columns.
    init(_ columns: [Column], rows: [[String]]) {
        self.columns = columns
        self.rows = rows.map { $0.map(Printable.line) }
    }

    /// The table as lines without trailing spaces.
    ///
    /// - Parameter width: The most columns of the terminal to use; nil cuts nothing.
    /// - Returns: The header and one line a row.
    func lines(width: Int?) -> [String] {
        let cells = [columns.map(\.title)] + rows
        let widths = fitted(
            natural: columns.indices.map { index in cells.map { Printable.width($0[index]) }.max() ?? 0 },
            to: width
        )
        return cells.map { row in
            var line = ""
            for (index, cell) in row.enumerated() {
                let text = Printable.cut(cell, to: widths[index])
                line += text
                guard index < row.count - 1 else { break }
                line += String(repeating: " ", count: widths[index] - Printable.width(text) + Self.gap)
            }
            while line.last == " " { line.removeLast() }
            return width.map { Printable.cut(line, to: $0) } ?? line
        }
    }

    /// Takes from the widest column that may shrink until all fit, or nothing is left to take.
    private func fitted(natural: [Int], to width: Int?) -> [Int] {
        guard let width else { return natural }
        var widths = natural
        let available = width - Self.gap * (columns.count - 1)
        while widths.reduce(0, +) > available {
            let candidates = columns.indices.filter { columns[$0].mayShrink && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }
}

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
    /// A shrinking column keeps at least this many characters: cut shorter, a name is nobody's.
    private static let narrowest = 16
    /// How far what does not fit beside the first columns is set in, on lines of its own.
    private static let indent = 2

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
    /// Columns that cannot all be shown on the terminal's width go to lines of their own below the row, each after its title: nothing
    /// is left out, and least of all whom a row is about.
    ///
    /// - Parameter width: The most columns of the terminal to use; nil cuts nothing.
    /// - Returns: The header and the rows.
    func lines(width: Int?) -> [String] {
        let cells = [columns.map(\.title)] + rows
        let natural = columns.indices.map { index in cells.map { Printable.width($0[index]) }.max() ?? 0 }
        guard let width else { return cells.map { Self.line($0, widths: natural) } }
        let count = beside(natural, in: width)
        let widths = fitted(natural: Array(natural.prefix(count)), to: width)
        let titles = columns.map(\.title)
        return cells.enumerated().flatMap { number, row in
            let first = Printable.cut(Self.line(Array(row.prefix(count)), widths: widths), to: width)
            let rest = number == 0 ? [] : Array(zip(titles, row).dropFirst(count))
            return [first] + Self.packed(rest, width: width)
        }
    }

    private static func line(_ row: [String], widths: [Int]) -> String {
        var line = ""
        for (index, cell) in row.enumerated() {
            let text = Printable.cut(cell, to: widths[index])
            line += text
            guard index < row.count - 1 else { break }
            line += String(repeating: " ", count: widths[index] - Printable.width(text) + gap)
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    /// Titles and cells one after another, as many on a line as fit; one that is longer than a line has several.
    private static func packed(_ cells: [(title: String, text: String)], width: Int) -> [String] {
        var lines: [String] = []
        for cell in cells where !cell.text.isEmpty {
            let longer = lines.last.map { $0 + String(repeating: " ", count: gap) + "\(cell.title) \(cell.text)" }
            if let longer, Printable.width(longer) <= width {
                lines[lines.count - 1] = longer
            } else {
                let space = Printable.width(cell.title) + 1
                lines += Paragraph.wrapped(cell.title, cell.text, indent: indent, label: space, width: width)
            }
        }
        return lines
    }

    /// How many columns, from the left, have their places beside one another: all, unless some would be cut too short.
    private func beside(_ natural: [Int], in width: Int) -> Int {
        var left = width
        for (index, column) in columns.enumerated() {
            left -=
                (index > 0 ? Self.gap : 0) + (column.mayShrink ? min(natural[index], Self.narrowest) : natural[index])
            if left < 0 { return max(index, 1) }
        }
        return columns.count
    }

    /// Takes from the widest column that may shrink until all fit, or nothing is left to take.
    private func fitted(natural: [Int], to width: Int?) -> [Int] {
        guard let width else { return natural }
        var widths = natural
        let available = width - Self.gap * (natural.count - 1)
        while widths.reduce(0, +) > available {
            let candidates = natural.indices.filter { columns[$0].mayShrink && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }
}

internal import SessionCore

/// The picker as a terminal of some size shows it.
struct PickerScreen: Sendable, Hashable {
    /// A terminal's size in characters.
    struct Size: Sendable, Hashable {
        var columns: Int
        var rows: Int
    }

    private static let prompt = "Connect to: "
    private static let mark = "> "
    private static let margin = "  "
    private static let gap = "  "

    let picker: Picker
    let size: Size
    /// Whether the marked line is shown in reverse as well.
    let isPlain: Bool

    /// How many nodes are shown at a time: all lines but the one that is typed into and the one that counts.
    static func page(_ size: Size) -> Int { max(size.rows - 2, 1) }

    /// The lines, each at most as wide as the terminal, and where the cursor stands in the first one.
    var lines: (text: [String], cursor: Int) {
        let typed = visibleQuery
        let cursor = Printable.width(Self.prompt) + Printable.width(typed)
        var lines = [Printable.cut(Self.prompt + typed, to: size.columns)]
        let page = Self.page(size)
        let top = max(0, min(picker.marked - page / 2, picker.found.count - page))
        for index in top..<min(top + page, picker.found.count) {
            let isMarked = index == picker.marked
            lines.append(
                Printable.cut((isMarked ? Self.mark : Self.margin) + row(picker.found[index].node), to: size.columns)
            )
        }
        if size.rows > 1 { lines.append(Printable.cut(count, to: size.columns)) }
        return (Array(lines.prefix(size.rows)), min(cursor, max(size.columns - 1, 0)))
    }

    /// The whole picture as bytes for the terminal, in one piece: nothing flickers that is written over with itself.
    var frame: String {
        let (text, cursor) = lines
        let top = max(0, min(picker.marked - Self.page(size) / 2, picker.found.count - Self.page(size)))
        let body = text.enumerated().map { number, line in
            let isMarked = number > 0 && number - 1 + top == picker.marked && line.hasPrefix(Self.mark)
            return (isMarked && !isPlain ? "\u{1B}[7m\(line)\u{1B}[0m" : line) + "\u{1B}[K"
        }
        // Hidden while it is drawn, and what was below is taken away.
        return "\u{1B}[?25l\u{1B}[H" + body.joined(separator: "\r\n") + "\u{1B}[J\u{1B}[1;\(cursor + 1)H\u{1B}[?25h"
    }

    /// The end of what was typed, as far as it fits.
    private var visibleQuery: String {
        let room = max(size.columns - Printable.width(Self.prompt) - 1, 0)
        var text = picker.query
        while Printable.width(text) > room, !text.isEmpty { text.removeFirst() }
        return text
    }

    private var count: String {
        if picker.found.isEmpty { return "  No node fits; Ctrl-U begins anew, Esc leaves." }
        let all = "\(picker.found.count) of \(picker.rows.count)\(picker.isPartial ? " and more" : "")"
        return "  \(all). Enter connects, Esc leaves."
    }

    private func row(_ node: NodeListing) -> String {
        let rest = [picker.recent.contains(node.id) ? "*" : "", NodeTable.tags(of: node), node.platform ?? ""]
        let cells =
            zip(Picker.cells(of: node), picker.widths).map { cell, width in
                Self.filled(Printable.cut(cell, to: width), width)
            } + [Printable.line(rest.filter { !$0.isEmpty }.joined(separator: Self.gap))]
        var line = cells.joined(separator: Self.gap)
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func filled(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - Printable.width(text), 0))
    }
}

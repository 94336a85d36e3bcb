/// Text beside its label, on as many lines as a terminal's width asks for.
enum Paragraph {
    /// A text after a label, broken between words only, so that what is copied from it is whole.
    ///
    /// - Parameters:
    ///   - label: What the first line begins with, its blank included; one that is set in sets later lines in as far as the text.
    ///   - text: The text, harmless for terminals.
    ///   - width: The columns there are; nil breaks nothing.
    /// - Returns: At least one line.
    static func filled(_ label: String, _ text: String, _ width: Int?) -> [String] {
        guard let width, Printable.width(label + text) > width else { return [label + text] }
        let margin = String(repeating: " ", count: label.hasPrefix(" ") ? label.count : 2)
        var lines = [label]
        var isEmpty = true
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let longer = lines[lines.count - 1] + (isEmpty ? "" : " ") + word
            if isEmpty || Printable.width(longer) <= width {
                lines[lines.count - 1] = longer
            } else {
                lines.append(margin + word)
            }
            isEmpty = false
        }
        return lines
    }

    /// A label and its value in two columns, cut where a line ends if need be.
    ///
    /// - Parameters:
    ///   - label: The label.
    ///   - value: The value; without one there is no line.
    ///   - indent: How far all of it stands set in, in columns.
    ///   - space: The columns that labels have.
    ///   - width: The columns there are.
    /// - Returns: The lines.
    static func wrapped(_ label: String, _ value: String?, indent: Int, label space: Int, width: Int)
        -> [String]
    {
        guard let value = value.map(Printable.line), !value.isEmpty else { return [] }
        let label = Printable.line(label)
        let margin = String(repeating: " ", count: indent)
        let gap = max(space - Printable.width(label), 1)
        var lines: [String] = []
        var line = margin + label + String(repeating: " ", count: gap)
        let begin = margin + String(repeating: " ", count: space)
        var isEmpty = true
        for word in value.split(separator: " ") {
            var rest = String(word)
            while !rest.isEmpty {
                let room = width - Printable.width(line) - (isEmpty ? 0 : 1)
                if Printable.width(rest) <= room {
                    line += (isEmpty ? "" : " ") + rest
                    isEmpty = false
                    break
                }
                if isEmpty {
                    // A word wider than a line is cut where the line ends; nothing of it is left out.
                    let part = Printable.beginning(rest, of: max(room, 1))
                    line += part
                    rest.removeFirst(part.count)
                }
                lines.append(line)
                line = begin
                isEmpty = true
            }
        }
        return isEmpty ? lines : lines + [line]
    }
}

/// Lines of tab-separated values, for shells, `cut` and `awk`.
///
/// There is no header: a loop over the lines would take it for a row, and the columns' order is fixed and stands in each command's
/// help. A cell is escaped as PostgreSQL's COPY and MySQL do it: a tab is `\t`, a line end `\n` or `\r`, a backslash `\\`, so that
/// every line has as many cells as there are columns, and `printf %b` gives the text back. What a terminal would act on is `\uXXXX`,
/// wherever the lines go: the same command prints the same everywhere.
enum TSV {
    /// One line, with its end.
    static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: "\t") + "\n"
    }

    private static func cell(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t": output += "\\t"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\\": output += "\\\\"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return Printable.json(output)
    }
}

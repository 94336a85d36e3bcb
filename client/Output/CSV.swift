/// Lines of comma-separated values.
///
/// Source: RFC 4180; OWASP, "CSV Injection": a cell that begins as a formula does is computed when a spreadsheet opens the file,
/// and reasons and names come from whoever made them.
enum CSV {
    /// One line, with the line end that RFC 4180 asks for.
    static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",") + "\r\n"
    }

    /// A cell that no spreadsheet takes for a formula, in quotes where it needs them.
    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) {
            text = "'" + text
        }
        guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

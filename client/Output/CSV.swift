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
        let text = guarded(text)
        guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// The text with an apostrophe before each formula that may begin in it.
    ///
    /// Where numbers have decimal commas, a spreadsheet parts cells at semicolons and takes our commas and quotation marks for text:
    /// so a cell may also begin within one of ours.
    private static func guarded(_ text: String) -> String {
        var guarded = String.UnicodeScalarView()
        var mayBegin = true
        for (place, scalar) in text.unicodeScalars.enumerated() {
            let isFormula = "=+-@＝＋－＠".unicodeScalars.contains(scalar)
            if mayBegin && isFormula || place == 0 && "\t\r\n".unicodeScalars.contains(scalar) { guarded.append("'") }
            guarded.append(scalar)
            mayBegin = ";\t\r\n".unicodeScalars.contains(scalar) || mayBegin && " \"".unicodeScalars.contains(scalar)
        }
        return String(guarded)
    }
}

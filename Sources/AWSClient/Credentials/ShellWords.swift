/// A command line cut into words as Python's `shlex.split` does: no expansion of any kind.
///
/// Shape: words between white space; `'…'` as it stands; `"…"` in which a backslash escapes `"` and itself; outside,
/// a backslash escapes anything.
enum ShellWords {
    /// What is wrong with a line.
    enum Rejection: Error, Sendable, Hashable {
        /// A quotation has no end.
        case openQuotation
        /// The line ends in a backslash.
        case openEscape
    }

    /// Cuts a line.
    ///
    /// - Parameter line: The command line.
    /// - Returns: The words; none for a blank line.
    /// - Throws: ``Rejection`` when the line stops inside a word.
    static func split(_ line: String) throws(Rejection) -> [String] {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var scalars = line.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case " ", "\t", "\r", "\n":
                if let whole = word { words.append(String(whole)) }
                word = nil
            case "\\":
                guard let escaped = scalars.next() else { throw .openEscape }
                word = (word ?? .init()) + [escaped]
            case "'", "\"":
                word = try (word ?? .init()) + quotation(in: &scalars, until: scalar)
            default:
                word = (word ?? .init()) + [scalar]
            }
        }
        if let whole = word { words.append(String(whole)) }
        return words
    }

    private static func quotation(
        in scalars: inout String.UnicodeScalarView.Iterator,
        until quote: Unicode.Scalar
    ) throws(Rejection) -> String.UnicodeScalarView {
        var inside = String.UnicodeScalarView()
        while let scalar = scalars.next() {
            if scalar == quote { return inside }
            guard scalar == "\\", quote == "\"" else {
                inside.append(scalar)
                continue
            }
            guard let escaped = scalars.next() else { throw .openEscape }
            if escaped != "\\" && escaped != "\"" { inside.append(scalar) }
            inside.append(escaped)
        }
        throw .openQuotation
    }
}

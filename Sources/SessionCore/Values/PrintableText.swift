extension Unicode.Scalar {
    /// Whether the scalar shows as something and moves nothing: no control, no line end, no mark that turns text around.
    ///
    /// What callers choose is shown to others, for example to those who read the audit log in a terminal.
    var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
        default: true
        }
    }
}

extension String {
    /// The text fit to be shown: cut to some scalars, and with U+FFFD in place of each that does not print.
    public func printable(maximumLength: Int) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(maximumLength) {
            shown.append(scalar.isPrintable ? scalar : "\u{FFFD}")
        }
        return String(shown)
    }
}

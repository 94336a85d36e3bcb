/// Text from outside, fit for records, logs and terminals.
enum PlainText {
    /// The longest text from a request that a record keeps, in characters.
    static let maximumLength = 256

    /// The text, cut, with a space for each character that a terminal would act on: controls, and those that turn or hide text.
    static func of(_ text: String, maximumLength: Int = maximumLength) -> String {
        let shown = text.unicodeScalars.prefix(maximumLength).map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: " "
            default: Character(scalar)
            }
        }
        return String(shown)
    }
}

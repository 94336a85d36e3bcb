extension Timestamp {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads the `Date` of an HTTP answer; nil when it has another form.
    ///
    /// Shape: `Sun, 06 Nov 1994 08:49:37 GMT`; the day of the week is not checked.
    /// Source: RFC 9110, section 5.6.7, "Date/Time Formats"; the two obsolete forms are not read.
    public init?(httpDate text: String) {
        let words = text.split(separator: " ")
        guard words.count == 6, words[0].utf8.count == 4, words[0].hasSuffix(","), words[5] == "GMT",
            words[1].utf8.count == 2, words[3].utf8.count == 4,
            let month = Self.months.firstIndex(of: String(words[2]))
        else { return nil }
        let number = month + 1
        self.init("\(words[3])-\(number < 10 ? "0" : "")\(number)-\(words[1])T\(words[4])Z")
    }
}

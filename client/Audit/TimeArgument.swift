internal import SessionCore

/// A time as a person writes it on the command line.
enum TimeArgument {
    private static let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    private static let day: Int64 = 86_400_000

    /// What the forms are, for help and refusals.
    static let forms = "2026-11-21T08:00:00Z, 2026-11-21, today, yesterday, or an age: 90s, 30m, 2h, 1d, 2w"

    /// The moment that a text means; nil when it means none.
    ///
    /// - Parameters:
    ///   - text: RFC 3339; a date, `today` or `yesterday` for the beginning of that day in UTC; or a whole number and one of `s`, `m`,
    ///     `h`, `d`, `w`: that long ago.
    ///   - now: From when ages and days count.
    /// - Returns: The moment, or nil.
    static func parse(_ text: String, now: Timestamp) -> Timestamp? {
        switch text {
        case "now": return now
        case "today": return midnight(before: now)
        case "yesterday": return midnight(before: now).advanced(bySeconds: -86_400)
        default: break
        }
        if let moment = Timestamp(text) ?? Timestamp(text + "T00:00:00Z") { return moment }
        let digits = text.dropLast()
        guard let unit = text.last.flatMap({ seconds[$0] }), !digits.isEmpty, digits.utf8.count <= 7,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits)
        else { return nil }
        return now.advanced(bySeconds: -count * unit)
    }

    private static func midnight(before now: Timestamp) -> Timestamp {
        let remainder = now.milliseconds % day
        return Timestamp(milliseconds: now.milliseconds - (remainder < 0 ? remainder + day : remainder))
    }
}

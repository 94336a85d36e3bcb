/// A moment, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Shape as text: RFC 3339 in UTC with milliseconds, `2026-11-21T08:00:00.000Z`; text and moment turn into each other without loss.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// Keeps a moment.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads RFC 3339 text; nil when it is not such text.
    ///
    /// What is finer than a millisecond is rounded, a half upwards. Leap seconds are refused: a count of milliseconds has no place for them.
    ///
    /// - Parameter text: With `Z` or a numeric offset, with or without a fraction of a second; of the years 0000 to 9999 in UTC.
    public init?(_ text: String) {
        var fields = TimestampFields(text)
        guard let date = fields.date(), fields.take("Tt"), let time = fields.time(),
            let fraction = fields.fraction(), let offset = fields.offset(), fields.isAtEnd
        else { return nil }
        milliseconds = (date.daysSince1970 * 86_400 + time - offset) * 1000 + fraction
        guard Self.writable.contains(milliseconds) else { return nil }
    }

    /// The moments whose year has four digits: 0000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z.
    private static let writable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// The moment as text, `2026-11-21T08:00:00.000Z`.
    public var description: String { text(dateSeparator: "-", timeSeparator: ":", withMilliseconds: true) }

    /// The moment as SigV4 writes it, `20261121T080000Z`.
    public var basicFormat: String { text(dateSeparator: "", timeSeparator: "", withMilliseconds: false) }

    /// This moment moved by some seconds, later if positive.
    public func advanced(bySeconds seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + seconds * 1000)
    }

    private func text(dateSeparator: String, timeSeparator: String, withMilliseconds: Bool) -> String {
        let (seconds, fraction) = CalendarDate.divide(milliseconds, by: 1000)
        let (days, second) = CalendarDate.divide(seconds, by: 86_400)
        let date = CalendarDate(daysSince1970: days)
        let day = [Self.padded(date.year, 4), Self.padded(date.month, 2), Self.padded(date.day, 2)]
        let time = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }
        return day.joined(separator: dateSeparator) + "T" + time.joined(separator: timeSeparator)
            + (withMilliseconds ? "." + Self.padded(fraction, 3) : "") + "Z"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

/// Reads the parts of RFC 3339 text from left to right; a part that is not there is nil.
private struct TimestampFields {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ oneOf: String) -> Bool {
        guard let first = rest.first, oneOf.utf8.contains(first) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func digit() -> Int64? {
        guard let first = rest.first, (0x30...0x39).contains(first) else { return nil }
        rest.removeFirst()
        return Int64(first - 0x30)
    }

    private mutating func number(_ width: Int, in range: ClosedRange<Int64>) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return range.contains(number) ? number : nil
    }

    mutating func date() -> CalendarDate? {
        guard let year = number(4, in: 0...9999), take("-"), let month = number(2, in: 1...12), take("-"),
            let day = number(2, in: 1...31)
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    /// Seconds since midnight.
    mutating func time() -> Int64? {
        guard let hour = number(2, in: 0...23), take(":"), let minute = number(2, in: 0...59), take(":"),
            let second = number(2, in: 0...59)
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Milliseconds, 0 to 1000; 0 when there is no fraction.
    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        guard let first = digit() else { return nil }
        var milliseconds = first * 100 + (digit() ?? 0) * 10 + (digit() ?? 0)
        if let fourth = digit(), fourth >= 5 { milliseconds += 1 }
        while digit() != nil {}
        return milliseconds
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int64? {
        if take("Zz") { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard take("+-"), let hour = number(2, in: 0...23), take(":"), let minute = number(2, in: 0...59) else {
            return nil
        }
        return (isWest ? -1 : 1) * (hour * 3600 + minute * 60)
    }
}

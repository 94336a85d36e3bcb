/// A day of the Gregorian calendar, carried back before its introduction as RFC 3339 does.
///
/// Whole numbers only: a moment that went through a floating-point date came back a millisecond early.
struct CalendarDate: Sendable, Hashable {
    /// The year; 0 is the year before 1.
    let year: Int64
    /// The month, 1 to 12.
    let month: Int64
    /// The day of the month, from 1.
    let day: Int64

    /// Checks and keeps a date; nil when the month has no such day.
    init?(year: Int64, month: Int64, day: Int64) {
        guard (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date that is some days after 1970-01-01.
    init(daysSince1970 days: Int64) {
        // Years are counted from 1 March, so that the leap day is the last of its year.
        let (cycle, dayOfCycle) = Self.divide(days + Self.daysFromMarchOfYear0, by: Self.daysOf400Years)
        let century = min(dayOfCycle / Self.daysOfCentury, 3)
        let dayOfCentury = dayOfCycle - century * Self.daysOfCentury
        let fours = dayOfCentury / 1461
        let yearOfFour = min((dayOfCentury - fours * 1461) / 365, 3)
        let dayOfYear = dayOfCentury - fours * 1461 - yearOfFour * 365
        // From March on, the lengths of five months repeat: 153 days.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = cycle * 400 + century * 100 + fours * 4 + yearOfFour + (monthFromMarch < 10 ? 0 : 1)
    }

    /// How many days after 1970-01-01 this is; negative before.
    var daysSince1970: Int64 {
        let monthFromMarch = (month + 9) % 12
        let (cycle, yearOfCycle) = Self.divide(month > 2 ? year : year - 1, by: 400)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
        return cycle * Self.daysOf400Years + dayOfCycle - Self.daysFromMarchOfYear0
    }

    private static let daysOf400Years: Int64 = 146_097
    private static let daysOfCentury: Int64 = 36_524
    /// From 1 March of the year 0 to 1 January 1970.
    private static let daysFromMarchOfYear0: Int64 = 719_468

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The quotient rounded down, and a remainder that is never negative.
    static func divide(_ number: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

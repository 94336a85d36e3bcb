import SessionCore
import Testing

/// Moments and their texts.
@Suite struct TimestampTests {
    struct Reading: Sendable, CustomTestStringConvertible {
        let why: String
        let text: String
        let milliseconds: Int64?
        var testDescription: String { why }
    }

    private struct Known: Decodable {
        let milliseconds: Int64
        let text: String
        let basic: String
    }

    // 2026-11-21T08:00:00Z is 1795248000 s after 1970 (`date -u -d 2026-11-21T08:00:00Z +%s`).
    static let readings = [
        Reading(why: "UTC", text: "2026-11-21T08:00:00Z", milliseconds: 1_795_248_000_000),
        Reading(
            why: "small letters, which RFC 3339 allows",
            text: "2026-11-21t08:00:00z",
            milliseconds: 1_795_248_000_000
        ),
        Reading(why: "an offset east", text: "2026-11-21T09:30:00+01:30", milliseconds: 1_795_248_000_000),
        Reading(
            why: "an offset west, over midnight",
            text: "2026-11-20T08:01:00-23:59",
            milliseconds: 1_795_248_000_000
        ),
        Reading(why: "no offset known", text: "2026-11-21T08:00:00-00:00", milliseconds: 1_795_248_000_000),
        Reading(why: "one digit of a fraction", text: "2026-11-21T08:00:00.5Z", milliseconds: 1_795_248_000_500),
        Reading(why: "two digits", text: "2026-11-21T08:00:00.05Z", milliseconds: 1_795_248_000_050),
        Reading(why: "three digits", text: "2026-11-21T08:00:00.123Z", milliseconds: 1_795_248_000_123),
        Reading(
            why: "nine digits, rounded down",
            text: "2026-11-21T08:00:00.123499999Z",
            milliseconds: 1_795_248_000_123
        ),
        Reading(why: "a half, rounded up", text: "2026-11-21T08:00:00.1235Z", milliseconds: 1_795_248_000_124),
        Reading(
            why: "rounded into the next second",
            text: "2026-11-21T07:59:59.9996Z",
            milliseconds: 1_795_248_000_000
        ),
        Reading(
            why: "forty digits",
            text: "2026-11-21T08:00:00.\(String(repeating: "1", count: 40))Z",
            milliseconds: 1_795_248_000_111
        ),
        Reading(why: "a leap day", text: "2000-02-29T00:00:00Z", milliseconds: 951_782_400_000),
        Reading(why: "before 1970", text: "1969-12-31T23:59:59.999Z", milliseconds: -1),
        Reading(why: "the first year", text: "0000-01-01T00:00:00Z", milliseconds: -62_167_219_200_000),
        Reading(why: "the last moment", text: "9999-12-31T23:59:59.999Z", milliseconds: 253_402_300_799_999),
        Reading(why: "after the last year in UTC", text: "9999-12-31T23:59:59-00:01", milliseconds: nil),
        Reading(why: "rounded out of the last year", text: "9999-12-31T23:59:59.9995Z", milliseconds: nil),
        Reading(why: "before the first year in UTC", text: "0000-01-01T00:00:00+00:01", milliseconds: nil),
        Reading(why: "five digits of a year", text: "10000-01-01T00:00:00Z", milliseconds: nil),
        Reading(why: "a negative year", text: "-2026-11-21T08:00:00Z", milliseconds: nil),
        Reading(why: "nothing", text: "", milliseconds: nil),
        Reading(why: "no offset", text: "2026-11-21T08:00:00", milliseconds: nil),
        Reading(why: "a date alone", text: "2026-11-21", milliseconds: nil),
        Reading(why: "no seconds", text: "2026-11-21T08:00Z", milliseconds: nil),
        Reading(why: "something behind", text: "2026-11-21T08:00:00Zgarbage", milliseconds: nil),
        Reading(why: "a space behind", text: "2026-11-21T08:00:00Z ", milliseconds: nil),
        Reading(why: "a space before", text: " 2026-11-21T08:00:00Z", milliseconds: nil),
        Reading(why: "a space between", text: "2026-11-21 08:00:00Z", milliseconds: nil),
        Reading(why: "the name of a zone", text: "2026-11-21T08:00:00GMT", milliseconds: nil),
        Reading(why: "an offset without colon", text: "2026-11-21T08:00:00+0100", milliseconds: nil),
        Reading(why: "an offset of a day", text: "2026-11-21T08:00:00+24:00", milliseconds: nil),
        Reading(why: "single digits", text: "2026-1-1T8:0:0Z", milliseconds: nil),
        Reading(why: "the basic format", text: "20261121T080000Z", milliseconds: nil),
        Reading(why: "a point without digits", text: "2026-11-21T08:00:00.Z", milliseconds: nil),
        Reading(why: "a comma", text: "2026-11-21T08:00:00,5Z", milliseconds: nil),
        Reading(why: "a day that does not exist", text: "2026-02-29T00:00:00Z", milliseconds: nil),
        Reading(why: "a leap day in a century", text: "2100-02-29T00:00:00Z", milliseconds: nil),
        Reading(why: "day 0", text: "2026-11-00T00:00:00Z", milliseconds: nil),
        Reading(why: "month 13", text: "2026-13-01T00:00:00Z", milliseconds: nil),
        Reading(why: "hour 24", text: "2026-11-21T24:00:00Z", milliseconds: nil),
        Reading(why: "a leap second", text: "2016-12-31T23:59:60Z", milliseconds: nil),
        Reading(why: "digits of another script", text: "２026-11-21T08:00:00Z", milliseconds: nil),
        Reading(
            why: "a year that no number of milliseconds reaches",
            text: "300000000-01-01T00:00:00Z",
            milliseconds: nil
        ),
    ]

    @Test("text is read as RFC 3339 says, and nothing else is", arguments: readings)
    func reads(_ reading: Reading) {
        #expect(Timestamp(reading.text)?.milliseconds == reading.milliseconds)
    }

    @Test("a moment is written as Python writes it, and read back to the millisecond")
    func knownMoments() throws {
        let known: [Known] = try Repository.fixture("timestamps.json")
        #expect(known.count > 300)
        for moment in known {
            let timestamp = Timestamp(milliseconds: moment.milliseconds)
            #expect(timestamp.description == moment.text)
            #expect(timestamp.basicFormat == moment.basic)
            #expect(Timestamp(moment.text) == timestamp)
        }
    }

    @Test(
        "every millisecond of a second survives its text",
        arguments: [1_795_248_000_000, -62_135_596_800_000, -1000]
    )
    func survives(from start: Int64) {
        for offset in Int64(0)..<1000 {
            let timestamp = Timestamp(milliseconds: start + offset)
            #expect(Timestamp(timestamp.description) == timestamp)
        }
    }

    @Test("the moments that no RFC 3339 text has are written without a trap")
    func extremes() {
        #expect(Timestamp(milliseconds: .max).description == "292278994-08-17T07:12:55.807Z")
        #expect(Timestamp(milliseconds: .min).description == "-292275055-05-16T16:47:04.192Z")
        #expect(Timestamp(milliseconds: 253_402_300_800_000).description == "10000-01-01T00:00:00.000Z")
    }

    @Test("moments are ordered by time and moved by seconds")
    func order() {
        let start = Timestamp(milliseconds: 1500)
        #expect(start.advanced(bySeconds: -2).milliseconds == -500)
        #expect(start < start.advanced(bySeconds: 1))
        #expect(!(start < start))
    }
}

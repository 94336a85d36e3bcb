import SessionCore
import TestSupport
import Testing

/// The pass over bytes, against the reader and the writer of JSON that it stands for.
@Suite struct CanonicalScannerTests {
    private struct Known: Decodable {
        let text: String
        let canonical: String
    }

    private static func isCanonical(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { JSON.isCanonical($0) }
    }

    /// What it stands for: read, written anew, compared.
    private static func isCanonicalByWriting(_ bytes: [UInt8]) -> Bool {
        // Why it cannot be read makes no difference here.
        (try? JSON(parsing: bytes)).map { $0.canonicalBytes == bytes } ?? false
    }

    @Test("what another implementation of RFC 8785 writes passes; the same values in any other form do not")
    func known() throws {
        let cases: [Known] = try Repository.fixture("canonical.json")
        for known in cases {
            #expect(Self.isCanonical(Array(known.canonical.utf8)), "\(known.canonical)")
            #expect(Self.isCanonical(Array(known.text.utf8)) == (known.text == known.canonical), "\(known.text)")
        }
    }

    @Test(
        "changed JSON passes where reading and writing it gives the same bytes, and only there",
        arguments: [1, 2, 3, 4] as [UInt64]
    )
    func changed(seed: UInt64) throws {
        let seeds = try Repository.fixture("canonical.json", as: [Known].self).map { Array($0.canonical.utf8) }
        var generator = SeededGenerator(seed: seed)
        var passed = 0
        for index in 0..<Generated.count(1000) {
            let bytes = FuzzTests.mutated(seeds[index % seeds.count], &generator)
            let isCanonical = Self.isCanonicalByWriting(bytes)
            if isCanonical { passed += 1 }
            #expect(Self.isCanonical(bytes) == isCanonical, "\(String(decoding: bytes, as: UTF8.self))")
        }
        // Both ways were taken.
        #expect((Generated.count(20)..<Generated.count(980)).contains(passed))
    }

    @Test("each byte of a record changed in turn passes where reading and writing says so")
    func everyByte() throws {
        let record = try AuditCast.record(.intent).json.canonicalBytes
        var generator = SeededGenerator(seed: 9)
        for place in record.indices {
            var bytes = record
            bytes[place] = generator.pick(FuzzTests.likely)
            #expect(Self.isCanonical(bytes) == Self.isCanonicalByWriting(bytes), "byte \(place)")
            #expect(!Self.isCanonical(Array(record[..<place])), "cut at \(place)")
        }
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        let why: String
        let text: [UInt8]
        var testDescription: String { why }

        init(_ why: String, _ text: String) {
            (self.why, self.text) = (why, Array(text.utf8))
        }

        init(_ why: String, bytes: [UInt8]) {
            (self.why, text) = (why, bytes)
        }
    }

    private static let quote = UInt8(ascii: "\"")

    static let refused = [
        Hostile("nothing", ""), Hostile("a space before", " 1"), Hostile("a space behind", "1 "),
        Hostile("a space within", #"{"a": 1}"#), Hostile("two values", "1 1"), Hostile("a line's end", "[1]\n"),
        Hostile("names in another order", #"{"b":1,"a":2}"#), Hostile("a name twice", #"{"a":1,"a":1}"#),
        Hostile("a longer name first", #"{"ab":1,"a":2}"#), Hostile("a comma behind the last", "[1,]"),
        Hostile("an object cut short", #"{"a":1"#), Hostile("a name alone", #"{"a"}"#), Hostile("minus nothing", "-0"),
        Hostile("a leading zero", "01"), Hostile("a fraction", "1.0"), Hostile("an exponent", "1e3"),
        Hostile("plus", "+1"), Hostile("one more than fits", "9223372036854775808"),
        Hostile("one less than fits", "-9223372036854775809"), Hostile("an escaped slash", #""\/""#),
        Hostile("an escaped letter", #""\u0061""#), Hostile("a line's end by its number", #""\u000a""#),
        Hostile("capital digits", #""\u001F""#), Hostile("an escape cut short", #""\u00""#),
        Hostile("a quotation mark by its number", #""\u0022""#), Hostile("half of a pair", #""\ud83d""#),
        Hostile("a bare line's end", "\"a\nb\""), Hostile("no end of a text", "\"abcdefghijkl"),
        Hostile("a byte-order mark", "\u{FEFF}1"), Hostile("almost true", "tru"), Hostile("True", "True"),
        Hostile("a name with an escape, by its number", #"{"\u0061":1}"#),
        Hostile("names of which UTF-16 and bytes differ, in the order of their bytes", "{\"\u{FB33}\":1,\"😀\":2}"),
        Hostile("one name in two normal forms", "{\"e\u{301}\":1,\"f\":2,\"\u{E9}\":3}"),
        Hostile("a lone continuation", bytes: [quote, 0x80, quote]),
        Hostile("an overlong slash", bytes: [quote, 0xC0, 0xAF, quote]),
        Hostile("a surrogate", bytes: [quote, 0xED, 0xA0, 0x80, quote]),
        Hostile("beyond the last character", bytes: [quote, 0xF4, 0x90, 0x80, 0x80, quote]),
        Hostile("a character cut by the mark", bytes: [quote, 0xE2, 0x82, quote]),
        Hostile("a character cut by the end", bytes: [quote, 0xF0, 0x9F]),
        Hostile("a zero byte in a text", bytes: [quote, 0, quote]),
        Hostile("lists too deep", String(repeating: "[", count: 65) + String(repeating: "]", count: 65)),
        Hostile("lists without an end", String(repeating: "[", count: 100_000)),
    ]

    @Test("what is not canonical is refused", arguments: refused)
    func refuses(_ hostile: Hostile) {
        #expect(!Self.isCanonical(hostile.text))
        #expect(!Self.isCanonicalByWriting(hostile.text))
    }

    static let kept = [
        Hostile("the largest number", "9223372036854775807"), Hostile("the smallest", "-9223372036854775808"),
        Hostile("nothing in a list", "[]"), Hostile("nothing in an object", "{}"), Hostile("no text", #""""#),
        Hostile("every short escape", #""\"\\\b\f\n\r\t\u0000\u001f""#), Hostile("a slash as it is", #""/""#),
        Hostile("a name with an escape", #"{"a\nb":1,"ab":2}"#), Hostile("delete as it is", "\"\u{7F}\""),
        Hostile("names of which UTF-16 and bytes differ", "{\"😀\":2,\"\u{FB33}\":1}"),
        Hostile("the last character of each length", "\"\u{7FF}\u{FFFF}\u{10FFFF}\""),
        Hostile("as deep as may be", String(repeating: "[", count: 64) + String(repeating: "]", count: 64)),
        Hostile("a mark behind seven letters", #"["abcdefg","abcdefgh","abcdefghi"]"#),
    ]

    @Test("what is canonical passes", arguments: kept)
    func keeps(_ known: Hostile) {
        #expect(Self.isCanonical(known.text))
        #expect(Self.isCanonicalByWriting(known.text))
    }
}

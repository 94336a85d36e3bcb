import SessionCore
import Testing

/// JSON as it is read: strictly.
@Suite struct JSONParserTests {
    struct Reading: Sendable, CustomTestStringConvertible {
        let why: String
        let text: String
        let value: JSON
        var testDescription: String { why }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let bytes: [UInt8]
        let reason: JSON.SyntaxRejection.Reason
        let offset: Int
        var testDescription: String { why }

        init(_ why: String, _ text: String, _ reason: JSON.SyntaxRejection.Reason, at offset: Int) {
            self.init(why, bytes: Array(text.utf8), reason, at: offset)
        }

        init(_ why: String, bytes: [UInt8], _ reason: JSON.SyntaxRejection.Reason, at offset: Int) {
            self.why = why
            self.bytes = bytes
            self.reason = reason
            self.offset = offset
        }
    }

    static func nested(_ depth: Int, inner: String = "") -> String {
        String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
    }

    static let readings = [
        Reading(why: "literals", text: "[null,true,false]", value: [.null, true, false]),
        Reading(why: "white space of every kind", text: " \t\r\n[ \t\r\n1 , 2 ] \n", value: [1, 2]),
        Reading(why: "the largest number", text: "9223372036854775807", value: .integer(.max)),
        Reading(why: "the smallest number", text: "-9223372036854775808", value: .integer(.min)),
        Reading(why: "zero", text: "0", value: 0),
        Reading(why: "every short escape", text: #""\"\\\/\b\f\n\r\t""#, value: "\"\\/\u{8}\u{C}\n\r\t"),
        Reading(why: "escapes in digits of either case", text: #""\u00e9\u00E9\u0000""#, value: "éé\0"),
        Reading(why: "a surrogate pair", text: #""\ud83d\uDE00""#, value: "😀"),
        Reading(why: "the last character", text: #""\uDBFF\uDFFF""#, value: "\u{10FFFF}"),
        Reading(why: "characters as they are", text: "\"é😀\u{7F}\u{2028}\"", value: "é😀\u{7F}\u{2028}"),
        Reading(why: "an empty name", text: #"{"":{}}"#, value: ["": [:]]),
        Reading(why: "names that differ in case", text: #"{"a":1,"A":2}"#, value: ["a": 1, "A": 2]),
        Reading(why: "one name at two depths", text: #"{"a":{"a":1}}"#, value: ["a": ["a": 1]]),
    ]

    static let refusals = [
        Refusal("nothing", "", .unexpectedEnd, at: 0),
        Refusal("white space alone", " \n", .unexpectedEnd, at: 2),
        Refusal("two values", "1 2", .unexpectedByte, at: 2),
        Refusal("a byte-order mark", bytes: [0xEF, 0xBB, 0xBF, 0x31], .unexpectedByte, at: 0),
        Refusal("a name twice", #"{"a":1,"a":1}"#, .duplicateMember("a"), at: 10),
        Refusal("a name twice, once escaped", #"{"a":1,"\u0061":1}"#, .duplicateMember("a"), at: 15),
        Refusal("a name twice, deeper", #"[{"b":{"a":1,"a":2}}]"#, .duplicateMember("a"), at: 16),
        Refusal("names that Unicode holds for equal", "{\"K\":1,\"\u{212A}\":1}", .duplicateMember("\u{212A}"), at: 12),
        Refusal("a name that is no text", "{1:1}", .unexpectedByte, at: 1),
        Refusal("no colon", #"{"a" 1}"#, .unexpectedByte, at: 5),
        Refusal("a comma at the end of a list", "[1,]", .unexpectedByte, at: 3),
        Refusal("a comma at the end of an object", #"{"a":1,}"#, .unexpectedByte, at: 7),
        Refusal("a list closed as an object", "[1}", .unexpectedByte, at: 2),
        Refusal("a word in capitals", "True", .unexpectedByte, at: 0),
        Refusal("a wrong word", "trve", .unexpectedByte, at: 2),
        Refusal("a comment", "/**/1", .unexpectedByte, at: 0),
        Refusal("single quotes", "'a'", .unexpectedByte, at: 0),
        Refusal("a fraction", "1.5", .notWhole, at: 3),
        Refusal("a fraction of nothing", "1.0", .notWhole, at: 3),
        Refusal("an exponent", "1e3", .notWhole, at: 3),
        Refusal("one more than the largest number", "9223372036854775808", .notWhole, at: 19),
        Refusal("one less than the smallest", "-9223372036854775809", .notWhole, at: 20),
        Refusal("a minus alone", "-", .notWhole, at: 1),
        Refusal("a plus", "+1", .notWhole, at: 2),
        Refusal("a leading zero", "01", .unexpectedByte, at: 2),
        Refusal("a zero below zero", "-0", .unexpectedByte, at: 2),
        Refusal("digits of another script", "१", .unexpectedByte, at: 0),
        Refusal("a line end in text", "\"a\nb\"", .unexpectedByte, at: 3),
        Refusal("a NUL in text", "\"\0\"", .unexpectedByte, at: 2),
        Refusal("an unknown escape", #""\x41""#, .unexpectedByte, at: 3),
        Refusal("an escape with a sign", #""\u+041""#, .unexpectedByte, at: 3),
        Refusal("an escape that ends early", #""\u00"#, .unexpectedEnd, at: 3),
        Refusal("an escape that is no number", #""\u00g0""#, .unexpectedByte, at: 3),
        Refusal("a low surrogate alone", #""\udc00""#, .notUnicode, at: 7),
        Refusal("a high surrogate alone", #""\ud800""#, .notUnicode, at: 7),
        Refusal("a high surrogate before a letter", #""\ud800a""#, .notUnicode, at: 7),
        Refusal("a high surrogate before another escape", #""\ud800\n""#, .notUnicode, at: 8),
        Refusal("two high surrogates", #""\ud800\ud800""#, .notUnicode, at: 13),
        Refusal("half a pair at the end", #""\ud800"#, .unexpectedEnd, at: 7),
        Refusal("a byte that is no UTF-8", bytes: [0x22, 0xFF, 0x22], .notUnicode, at: 3),
        Refusal("an overlong slash", bytes: [0x22, 0xC0, 0xAF, 0x22], .notUnicode, at: 4),
        Refusal("a surrogate in UTF-8", bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], .notUnicode, at: 5),
        Refusal("65 lists in each other", nested(65), .tooDeep, at: 64),
        Refusal("a hundred thousand lists", String(repeating: "[", count: 100_000), .tooDeep, at: 64),
        Refusal("an object in 64 lists", nested(64, inner: "{}"), .tooDeep, at: 64),
    ]

    @Test("JSON is read", arguments: readings)
    func reads(_ reading: Reading) throws {
        #expect(try JSON(parsing: reading.text.utf8) == reading.value)
    }

    @Test("what is not strictly JSON of whole numbers is refused where it goes wrong", arguments: refusals)
    func refuses(_ refusal: Refusal) {
        let rejection = #expect(throws: JSON.SyntaxRejection.self) { try JSON(parsing: refusal.bytes) }
        #expect(rejection?.reason == refusal.reason)
        #expect(rejection?.offset == refusal.offset)
    }

    @Test("lists may be nested 64 deep", arguments: ["", "0", "\"\""])
    func depth(_ inner: String) throws {
        var value = try JSON(parsing: Self.nested(64, inner: inner).utf8)
        var depth = 0
        while case .array(let elements) = value {
            depth += 1
            guard let first = elements.first else { break }
            value = first
        }
        #expect(depth == JSON.maximumDepth)
    }

    @Test("a text cut at any byte is refused")
    func cut() throws {
        let whole = Array(#"{"a":[1,-2,true,false,null,"x\u00e9\ud83d\ude00\n"],"é":{"b":{}}}"#.utf8)
        _ = try JSON(parsing: whole)
        for count in 0..<whole.count {
            let rejection = #expect(throws: JSON.SyntaxRejection.self) { try JSON(parsing: whole.prefix(count)) }
            #expect((0...count).contains(try #require(rejection).offset))
        }
    }
}

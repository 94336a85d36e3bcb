import SessionCore
import Testing

/// The one way to write JSON, against what Python's json writes with the member order of RFC 8785.
@Suite struct CanonicalJSONTests {
    private struct Known: Decodable {
        let text: String
        let canonical: String
    }

    @Test("JSON is written as another implementation of RFC 8785 writes it, byte for byte")
    func known() throws {
        let cases: [Known] = try Repository.fixture("canonical.json")
        #expect(cases.count > 200)
        for known in cases {
            let value = try JSON(parsing: known.text.utf8)
            #expect(value.canonicalBytes == Array(known.canonical.utf8))
            #expect(try JSON(parsing: value.canonicalBytes) == value)
        }
    }

    @Test("the names of RFC 8785's own example stand in its order")
    func order() throws {
        // RFC 8785, section 3.2.3: the expected order is given there by the values.
        let text =
            #"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","#
            + #""1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#
        let canonical = try JSON(parsing: text.utf8).canonicalText
        let expected = [
            "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
            "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
        ]
        let found = expected.map { canonical.firstRange(of: $0)?.lowerBound }
        #expect(found.allSatisfy { $0 != nil })
        #expect(found.compactMap(\.self).sorted() == found.compactMap(\.self))
    }

    @Test("a member without a value is left out, and of a repeated name in a literal the last stays")
    func building() {
        #expect(JSON.compact(["a": nil, "b": 1, "c": .null]).canonicalText == #"{"b":1,"c":null}"#)
        #expect((["a": 1, "a": 2] as JSON).canonicalText == #"{"a":2}"#)
    }

    @Test("the parts of a value are nil for a value of another kind")
    func parts() {
        let values: [JSON] = [.null, true, 1, "t", [1], ["a": 1]]
        #expect(values.map { $0["a"] } == [nil, nil, nil, nil, nil, 1])
        #expect(values.map(\.text) == [nil, nil, nil, "t", nil, nil])
        #expect(values.map(\.number) == [nil, nil, 1, nil, nil, nil])
        #expect(values.map(\.elements) == [nil, nil, nil, nil, [1], nil])
        #expect(values.map(\.members) == [nil, nil, nil, nil, nil, ["a": 1]])
    }
}

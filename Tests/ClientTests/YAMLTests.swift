import SessionCore
import Testing

@testable import ssm_broker

@Suite("YAML")
struct YAMLTests {
    private func read(_ text: String) throws -> YAMLDocument { try YAMLDocument(Array(text.utf8)) }

    @Test("mappings, lists, text, whole numbers and truth values become JSON")
    func values() throws {
        let document = try read(
            "a: 1\nb: [x, \"1\", -5]\nc: {d: true, e: 'no'}\nf: |\n  two\n  lines\ng: '2026-11-21'\n"
        )
        let expected: JSON = [
            "a": 1, "b": ["x", "1", -5], "c": ["d": true, "e": "no"], "f": "two\nlines\n", "g": "2026-11-21",
        ]
        #expect(document.json == expected)
    }

    @Test("a file as editors of Windows write it is read, and places in it are counted as elsewhere")
    func windows() throws {
        #expect(try read("\u{FEFF}a: 1\r\nb: [x]\r\n").json == ["a": 1, "b": ["x"]])
        let rejection = try #require(throws: YAMLDocument.Rejection.self) { _ = try read("\u{FEFF}a: ~\r\nb: yes\r\n") }
        #expect(rejection.problems.map { "\($0.mark.line):\($0.mark.column)" } == ["1:4", "2:4"])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let text: String
        let places: [String]
        var testDescription: String { why }
    }

    static let refusals = [
        Refusal(why: "a name twice", text: "a: x\nb:\n  c: x\n  c: y\na: z\n", places: ["4:3", "5:1"]),
        Refusal(why: "an alias", text: "a: &n [x]\nb: *n\n", places: ["1:4", "2:4"]),
        Refusal(
            why: "aliases that multiply",
            text: "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
            places: ["1:4", "2:4", "2:8", "2:11", "3:5", "3:8"]
        ),
        Refusal(why: "a merge", text: "a: {<<: *n}\n", places: ["1:9"]),
        Refusal(why: "a tag", text: "a: !!str 5\n", places: ["1:4"]),
        Refusal(why: "no value", text: "a:\nb: ~\n", places: ["1:3", "2:4"]),
        Refusal(why: "a word of many meanings", text: "a: yes\nb: Off\n", places: ["1:4", "2:4"]),
        Refusal(
            why: "numbers of many meanings",
            text: "a: 0123\nb: 1.5\nc: 1e3\nd: 0x1F\n",
            places: ["1:4", "2:4", "3:4", "4:4"]
        ),
        Refusal(why: "a second document", text: "a: x\n---\nb: y\n", places: ["2:1"]),
        Refusal(why: "nothing", text: "# only a comment\n", places: ["2:1"]),
        Refusal(why: "broken grammar", text: "a: x\nb: [y\nc: z\n", places: ["3:2"]),
        Refusal(why: "a tab for indentation", text: "a:\n\tb: x\n", places: ["2:1"]),
        Refusal(why: "a name that is a list", text: "? [a]\n: b\n", places: ["1:3"]),
    ]

    @Test("what could be read in two ways is refused with line and column, all of it at once", arguments: refusals)
    func refuses(_ refusal: Refusal) throws {
        let rejection = try #require(throws: YAMLDocument.Rejection.self) { _ = try read(refusal.text) }
        #expect(
            rejection.problems.map { "\($0.mark.line):\($0.mark.column)" } == refusal.places,
            "\(rejection.problems)"
        )
    }

    @Test("text that is not UTF-8 is refused where it begins")
    func notUnicode() throws {
        let bytes = Array("a: x\nb: é".utf8) + [0xFF, 0x0A]
        let rejection = try #require(throws: YAMLDocument.Rejection.self) { _ = try YAMLDocument(bytes) }
        #expect(rejection.problems.map(\.mark) == [YAMLDocument.Mark(line: 2, column: 5)])
    }

    @Test("nesting and size have bounds")
    func bounds() {
        #expect(throws: YAMLDocument.Rejection.self) { try read(String(repeating: "[", count: 5000)) }
        #expect(throws: YAMLDocument.Rejection.self) { try read(String(repeating: " ", count: 8_388_609)) }
        let many = "[" + String(repeating: "x,", count: 1_000_001) + "x]"
        #expect(throws: YAMLDocument.Rejection.self) { try read(many) }
    }

    @Test("a missing part stands where its parent does, and a plain number for text says to use quotes")
    func marks() throws {
        let document = try read("a:\n  b:\n    c: 123\n")
        let problems = document.problems([
            .init(path: ["a", "b", "c"], explanation: "Expected text.", expectsText: true),
            .init(path: ["a", "b", "d"], explanation: "Missing."), .init(path: ["z"], explanation: "Missing."),
        ])
        #expect(problems.map { "\($0.mark.line):\($0.mark.column)" } == ["1:1", "2:3", "3:8"])
        #expect(problems[2].explanation == "a.b.c: Expected text. In quotes a number is text.")
        let number = JSONReader.Problem(path: ["a", "b", "c"], explanation: "Expected a whole number from 1 to 60.")
        #expect(document.problems([number])[0].explanation == "a.b.c: Expected a whole number from 1 to 60.")
    }
}

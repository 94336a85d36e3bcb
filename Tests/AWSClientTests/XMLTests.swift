import Testing

@testable import AWSClient

@Suite("XML")
struct XMLTests {
    private func read(_ text: String) throws -> XMLTree { try XMLTree(parsing: Array(text.utf8)) }

    @Test("elements, text, the five entities, numeric references, CDATA, comments and prefixes are read")
    func reads() throws {
        let tree = try read(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- before -->
            <n:a xmlns:n="urn:x" other='"'>&lt;&gt;&amp;&quot;&apos; &#65;&#x1F600;<!-- in --><![CDATA[<&]]><b/><b c="1">é</b ></n:a>
            <!-- after -->
            """
        )
        #expect(tree.name == "a" && tree.text == "<>&\"' A😀<&")
        #expect(tree.children.map(\.name) == ["b", "b"] && tree.children.map(\.text) == ["", "é"])
    }

    @Test("text is trimmed at its ends only")
    func trims() throws {
        #expect(try read("<a>\n  x  y \t</a>").trimmedText == "x  y")
        #expect(try read("<a>   </a>").trimmedText == "")
    }

    @Test("a missing or empty value is named")
    func missing() throws {
        let tree = try read("<a><b> </b></a>")
        #expect(throws: BrokenOutput(part: "b")) { try tree.value("b") }
        #expect(throws: BrokenOutput(part: "c")) { try tree.value("c") }
    }

    @Test(
        "anything that is not well formed, or more than plain XML, is refused",
        arguments: [
            "", "a", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a b></a>", "<a b=1/>", "<a b=\"<\"/>",
            "<a b=\"1\"c=\"2\"/>", "<a>&x;</a>",
            "<a>&amp</a>", "<a>&;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>", "<a><![CDATA[x</a>",
            "<a><!-- x</a>", "<a><?php?></a>", "<1a/>", "< a/>", "<a", "</a>", "<a b=\"1\"",
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: XMLTree.Rejection.self) { try read(text) }
    }

    @Test("document types, deep nesting and bad UTF-8 are refused")
    func refusesMore() {
        #expect(throws: XMLTree.Rejection.documentType) {
            try read("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>")
        }
        let deep = String(repeating: "<a>", count: 33) + String(repeating: "</a>", count: 33)
        #expect(throws: XMLTree.Rejection.tooDeep) { try read(deep) }
        #expect(throws: XMLTree.Rejection.malformed(offset: 0)) {
            try XMLTree(parsing: [UInt8(ascii: "<"), 0xFF, UInt8(ascii: "/"), UInt8(ascii: ">")])
        }
    }

    @Test("no cut of a whole document is taken for one, and none stops the reader")
    func cuts() throws {
        let whole = Array("<a x=\"1\"><b>t&amp;</b><![CDATA[c]]><!--d--></a>".utf8)
        for end in 0..<whole.count {
            #expect(throws: XMLTree.Rejection.self) { try XMLTree(parsing: Array(whole[..<end])) }
        }
        #expect(try XMLTree(parsing: whole).text == "c")
    }
}

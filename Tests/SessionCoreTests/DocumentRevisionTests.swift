import SessionCore
import Testing

/// The mark that makes a document's text new and leaves the document the same.
@Suite struct DocumentRevisionTests {
    static let plain: JSON = ["description": "ssm-broker: shell", "schemaVersion": "1.0"]

    @Test("a mark stands at the description's end, and takes the place of the one before")
    func marks() {
        let once = DocumentRevision.mark(7, in: Self.plain)
        #expect(once["description"] == "ssm-broker: shell [revision 7]")
        let twice = DocumentRevision.mark(12, in: once)
        #expect(twice["description"] == "ssm-broker: shell [revision 12]")
        #expect(DocumentRevision.removeMark(from: twice) == Self.plain)
    }

    @Test("a document without a description gets one that is the mark; what is no object stays as it is")
    func withoutDescription() {
        #expect(DocumentRevision.mark(1, in: ["a": 1])["description"] == " [revision 1]")
        #expect(DocumentRevision.mark(1, in: [1]) == [1])
        #expect(DocumentRevision.removeMark(from: [1]) == [1])
        #expect(DocumentRevision.removeMark(from: ["description": 7]) == ["description": 7])
    }

    static let noMarks = [
        "x [revision ]", "x [revision 07]", "x [revision 0]", "x [revision 12345678901]", "x [revision 7] ",
        "x[revision 7]",
        "x [revision 7", "x [Revision 7]", "x [revision -7]", "x [revision ٧]", "]", "7]", "[revision 7]",
    ]

    @Test("what only looks like a mark is part of the description", arguments: noMarks)
    func keeps(_ description: String) {
        let content: JSON = ["description": .string(description)]
        #expect(DocumentRevision.removeMark(from: content) == content)
    }

    @Test("a description that is nothing but a mark is empty without it")
    func onlyMark() {
        #expect(DocumentRevision.removeMark(from: ["description": " [revision 7]"]) == ["description": ""])
    }
}

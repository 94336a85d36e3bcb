import SessionCore
import Testing

@testable import DocumentEnforcer

@Suite("what is planned for one document")
struct PlanTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let why: String
        let wanted: WantedDocument
        let found: FoundDocument?
        var isRevision = false
        let steps: [DocumentPlan.Step]
        var hasProblem = false

        var testDescription: String { why }
    }

    static let name = "SSMBroker-Shell-DatabaseAdmin"
    static let preferences = WantedDocument.preferences

    static func found(
        _ content: String,
        _ latest: Int = 1,
        default: Int = 1,
        status: FoundDocument.Status = .active,
        type: String = "Session",
        shared: [String] = [],
        name: String = name
    ) -> FoundDocument {
        FoundDocument(
            name: name,
            content: content,
            latest: latest,
            default: `default`,
            status: status,
            type: type,
            sharedWith: shared
        )
    }

    static func rows() throws -> [Row] {
        let document = try EnforcerCast.document()
        let text = document.content.canonicalText
        let pretty = text.split(separator: ",", omittingEmptySubsequences: false).joined(separator: " ,\n  ")
        let other = try EnforcerCast.document(user: "oldadmin").content.canonicalText
        let marked = DocumentRevision.mark(7, in: document.content)
        let wanted = WantedDocument.whole(document)
        let gone = WantedDocument.gone(name: name)
        return [
            Row(why: "missing", wanted: wanted, found: nil, steps: [.create(document.content)]),
            Row(why: "as wanted", wanted: wanted, found: found(text), steps: []),
            Row(why: "as wanted, written otherwise", wanted: wanted, found: found(pretty), steps: []),
            Row(why: "as wanted, with a mark", wanted: wanted, found: found(marked.canonicalText), steps: []),
            Row(why: "another user", wanted: wanted, found: found(other), steps: [.write(document.content, over: 1)]),
            Row(
                why: "one member more",
                wanted: wanted,
                found: found("{\"x\":1," + text.dropFirst()),
                steps: [.write(document.content, over: 1)]
            ),
            Row(
                why: "no JSON",
                wanted: wanted,
                found: found("schemaVersion: '1.0'"),
                steps: [.write(document.content, over: 1)]
            ),
            Row(
                why: "a member twice, of which the agent may read either",
                wanted: wanted,
                found: found("{\"schemaVersion\":\"1.0\"," + text.dropFirst()),
                steps: [.write(document.content, over: 1)]
            ),
            Row(
                why: "latest right, default behind",
                wanted: wanted,
                found: found(text, 4, default: 2),
                steps: [.promote(4)]
            ),
            Row(
                why: "default right, latest wrong",
                wanted: wanted,
                found: found(other, 4, default: 3),
                steps: [.write(document.content, over: 4)]
            ),
            Row(
                why: "a text that was there before",
                wanted: wanted,
                found: found(other, 7, default: 7),
                isRevision: true,
                steps: [.write(marked, over: 7)]
            ),
            Row(
                why: "right text that failed",
                wanted: wanted,
                found: found(text, 7, status: .failed),
                steps: [.write(marked, over: 7)]
            ),
            Row(why: "being made", wanted: wanted, found: found(text, status: .creating), steps: [.wait(.creating)]),
            Row(
                why: "being changed",
                wanted: wanted,
                found: found(other, status: .updating),
                steps: [.wait(.updating)]
            ),
            Row(why: "being deleted", wanted: gone, found: found(other, status: .deleting), steps: [.wait(.deleting)]),
            Row(
                why: "shared, else right",
                wanted: wanted,
                found: found(text, shared: ["all"]),
                steps: [.unshare(["all"])]
            ),
            Row(
                why: "shared and wrong",
                wanted: wanted,
                found: found(other, shared: ["999988887777"]),
                steps: [.unshare(["999988887777"]), .write(document.content, over: 1)]
            ),
            Row(
                why: "a Command document of our name",
                wanted: wanted,
                found: found(text, type: "Command"),
                steps: [.delete]
            ),
            Row(
                why: "a shared Command document of our name",
                wanted: wanted,
                found: found(text, type: "Command", shared: ["all"]),
                steps: [.unshare(["all"]), .delete]
            ),
            Row(why: "to be gone, and there", wanted: gone, found: found(text), steps: [.delete]),
            Row(
                why: "to be gone, and shared",
                wanted: gone,
                found: found(text, shared: ["all"]),
                steps: [.unshare(["all"]), .delete]
            ),
            Row(why: "to be gone, and gone", wanted: gone, found: nil, steps: []),
        ]
    }

    @Test("a document of ours is made what it must be, by the fewest steps", arguments: try rows())
    func ours(_ row: Row) {
        let plan = DocumentPlan(row.wanted, found: row.found, isRevision: row.isRevision)
        #expect(plan.steps == row.steps)
        #expect((plan.problem != nil) == row.hasProblem)
    }

    @Test("the newest versions are kept, and the default one whatever its age")
    func prunes() {
        #expect(DocumentPlan.superfluous([9, 15, 10, 2, 1], default: 15, keeping: 3) == [1, 2])
        #expect(DocumentPlan.superfluous([1, 2, 3, 4], default: 1, keeping: 2) == [2])
        #expect(DocumentPlan.superfluous([4], default: 4, keeping: 0) == [])
        #expect(DocumentPlan.superfluous([], default: 1, keeping: 5) == [])
    }
}

import AWSClient
import SessionCore
import TestSupport
import Testing

@testable import DocumentEnforcer

@Suite("what AWS may answer while a document is made right")
struct MishapTests {
    struct Mishap: Sendable, CustomTestStringConvertible {
        let why: String
        let operation: String
        let code: String
        var kind = AWSFailure.Kind.refused
        var takesEffect = false
        var isThere = true
        var meanwhile: (@Sendable (inout [String: DocumentWorld.Document]) -> Void)?

        var testDescription: String { why }
    }

    static let mishaps = [
        Mishap(why: "two update at once", operation: "UpdateDocument", code: "TooManyUpdates"),
        Mishap(why: "two make it at once", operation: "CreateDocument", code: "TooManyUpdates", isThere: false),
        Mishap(why: "throttled", operation: "UpdateDocument", code: "ThrottlingException", kind: .throttled),
        Mishap(why: "throttled while looking", operation: "GetDocument", code: "ThrottlingException", kind: .throttled),
        Mishap(
            why: "throttled before the promotion",
            operation: "UpdateDocumentDefaultVersion",
            code: "ThrottlingException",
            kind: .throttled
        ),
        Mishap(why: "AWS fails", operation: "UpdateDocument", code: "InternalServerError", kind: .unavailable),
        Mishap(
            why: "AWS fails after having done it",
            operation: "UpdateDocument",
            code: "InternalServerError",
            kind: .unavailable,
            takesEffect: true
        ),
        Mishap(
            why: "no answer to a creation that took place",
            operation: "CreateDocument",
            code: "none",
            kind: .unreachable,
            takesEffect: true,
            isThere: false
        ),
        Mishap(
            why: "somebody made it first",
            operation: "CreateDocument",
            code: "DocumentAlreadyExists",
            isThere: false,
            meanwhile: { $0[ConvergenceScene.name] = DocumentWorld.Document(#"{"schemaVersion":"1.0"}"#) }
        ),
        Mishap(
            why: "somebody deleted it before the write",
            operation: "UpdateDocument",
            code: "InvalidDocument",
            kind: .invalidDocument,
            meanwhile: { $0[ConvergenceScene.name] = nil }
        ),
        Mishap(
            why: "somebody deleted it before the promotion",
            operation: "UpdateDocumentDefaultVersion",
            code: "InvalidDocument",
            kind: .invalidDocument,
            meanwhile: { $0[ConvergenceScene.name] = nil }
        ),
        Mishap(
            why: "somebody deleted the new version",
            operation: "UpdateDocumentDefaultVersion",
            code: "InvalidDocumentVersion",
            kind: .invalidDocument,
            meanwhile: { $0[ConvergenceScene.name]?.versions[2] = nil }
        ),
        Mishap(
            why: "somebody wrote another version",
            operation: "UpdateDocument",
            code: "InvalidDocumentVersion",
            kind: .invalidDocument,
            meanwhile: { $0[ConvergenceScene.name]?.add(#"{"schemaVersion":"1.0","description":"mine"}"#) }
        ),
    ]

    @Test("after each mishap another look puts it right in the same visit", arguments: mishaps)
    func recovers(_ mishap: Mishap) async throws {
        let (wanted, _) = try ConvergenceScene.wanted()
        let scene = ConvergenceScene()
        if mishap.isThere {
            scene.world.put(.init(try ConvergenceScene.other()), ConvergenceScene.name, in: EnforcerCast.place)
        }
        scene.world.fail(
            .init(
                operation: mishap.operation,
                failure: refusal(mishap.operation, mishap.code, mishap.kind),
                takesEffect: mishap.takesEffect,
                meanwhile: mishap.meanwhile
            )
        )
        let outcome = try await scene.converge(wanted)
        #expect(outcome.problem == nil)
        #expect(scene.time.waits.count == 1 && scene.time.waits.allSatisfy { (500...8000).contains($0) })
        let document = try #require(try await scene.settled(wanted))
        #expect(document.default == document.latest)
    }

    struct Lasting: Sendable, CustomTestStringConvertible {
        let code: String
        var kind = AWSFailure.Kind.refused
        let says: String

        var testDescription: String { code }
    }

    static let lasting = [
        Lasting(code: "DocumentLimitExceeded", says: "500"),
        Lasting(code: "InvalidDocumentContent", says: "InvalidDocumentContent"),
        Lasting(code: "InvalidDocumentSchemaVersion", says: "InvalidDocumentSchemaVersion"),
        Lasting(code: "MaxDocumentSizeExceeded", says: "MaxDocumentSizeExceeded"),
        Lasting(code: "AccessDeniedException", kind: .accessDenied, says: "AccessDeniedException"),
    ]

    @Test("what will not pass is reported at once, in AWS's words", arguments: lasting)
    func gives(_ row: Lasting) async throws {
        let scene = ConvergenceScene()
        scene.world.fail(
            .init(operation: "CreateDocument", failure: refusal("CreateDocument", row.code, row.kind))
        )
        let outcome = try await scene.converge(try ConvergenceScene.wanted().0)
        #expect(outcome.problem?.contains(row.says) == true && outcome.deeds.isEmpty)
        #expect(scene.time.waits.isEmpty && scene.world.takeWrites().count == 1)
    }
}

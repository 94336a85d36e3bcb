import AWSClient
import SessionCore
import TestSupport
import Testing

@testable import DocumentEnforcer

@Suite("how one document becomes what it must be")
struct ConvergenceTests {
    @Test("a missing document is made, and looked at before it is believed")
    func creates() async throws {
        let (wanted, text) = try ConvergenceScene.wanted()
        let scene = ConvergenceScene()
        let outcome = try await scene.converge(wanted)
        #expect(outcome.deeds == [.created] && outcome.problem == nil && outcome.before == nil)
        #expect(scene.world.takeWrites() == ["CreateDocument \(ConvergenceScene.name)"])
        #expect(scene.time.waits.isEmpty)
        #expect(try await scene.settled(wanted)?.versions[1]?.content == text)
    }

    @Test("a changed document gets a new version, which becomes the default one")
    func replaces() async throws {
        let (wanted, text) = try ConvergenceScene.wanted()
        let scene = ConvergenceScene()
        scene.world.put(.init(try ConvergenceScene.other()), ConvergenceScene.name, in: EnforcerCast.place)
        let outcome = try await scene.converge(wanted)
        #expect(outcome.deeds == [.written, .promoted])
        #expect(
            scene.world.takeWrites() == [
                "UpdateDocument \(ConvergenceScene.name)", "UpdateDocumentDefaultVersion \(ConvergenceScene.name)",
            ]
        )
        let document = try #require(try await scene.settled(wanted))
        #expect(document.default == 2 && document.versions[2]?.content == text)
    }

    @Test("a document that goes back to an older text is written with a mark, and the broker takes it for the same")
    func goesBack() async throws {
        let (wanted, text) = try ConvergenceScene.wanted()
        let scene = ConvergenceScene()
        var document = DocumentWorld.Document(text)
        document.add(try ConvergenceScene.other())
        document.default = 2
        scene.world.put(document, ConvergenceScene.name, in: EnforcerCast.place)
        let outcome = try await scene.converge(wanted)
        #expect(outcome.deeds == [.written, .promoted] && outcome.problem == nil)
        let settled = try #require(try await scene.settled(wanted))
        #expect(settled.default == 3)
        let content = try #require(settled.versions[3]?.content)
        #expect(content.contains("[revision 2]"))
        #expect(try EnforcerCast.document().isContent(of: content))
    }

    @Test("a text that stays a duplicate with a mark too is a problem, not a loop")
    func staysDuplicate() async throws {
        let (wanted, _) = try ConvergenceScene.wanted()
        let scene = ConvergenceScene()
        scene.world.put(.init(try ConvergenceScene.other()), ConvergenceScene.name, in: EnforcerCast.place)
        for _ in 0..<2 {
            scene.world.fail(
                .init(operation: "UpdateDocument", failure: refusal("UpdateDocument", "DuplicateDocumentContent"))
            )
        }
        let outcome = try await scene.converge(wanted)
        #expect(outcome.problem?.contains("duplicate") == true && outcome.deeds.isEmpty)
        #expect(scene.world.takeWrites().count == 2)
    }

    @Test("at the limit of versions the oldest go first, and the write is made again")
    func versionLimit() async throws {
        let (wanted, text) = try ConvergenceScene.wanted()
        var scene = ConvergenceScene(DocumentWorld(maximumVersions: 12))
        scene.keptVersions = 5
        var document = DocumentWorld.Document(try ConvergenceScene.other())
        for number in 2...12 { document.add(#"{"schemaVersion":"1.0","description":"\#(number)"}"#) }
        document.default = 3
        scene.world.put(document, ConvergenceScene.name, in: EnforcerCast.place)
        let outcome = try await scene.converge(wanted)
        #expect(outcome.problem == nil && outcome.deeds.contains(.pruned) && outcome.deeds.contains(.written))
        let settled = try #require(try await scene.settled(wanted))
        #expect(settled.versions.keys.sorted() == [9, 10, 11, 12, 13])
        #expect(settled.versions[13]?.content == text)
    }

    @Test("versions beyond those kept go after a write, and the default one never")
    func prunes() async throws {
        let (wanted, _) = try ConvergenceScene.wanted()
        var scene = ConvergenceScene()
        scene.keptVersions = 2
        var document = DocumentWorld.Document(try ConvergenceScene.other())
        document.add(#"{"schemaVersion":"1.0"}"#)
        scene.world.put(document, ConvergenceScene.name, in: EnforcerCast.place)
        _ = try await scene.converge(wanted)
        #expect(try await scene.settled(wanted)?.versions.keys.sorted() == [2, 3])
    }

    @Test("a document that Systems Manager is still making is waited for")
    func waits() async throws {
        let (wanted, text) = try ConvergenceScene.wanted()
        let scene = ConvergenceScene()
        var document = DocumentWorld.Document(text)
        document.versions[1]?.status = .creating
        scene.world.put(document, ConvergenceScene.name, in: EnforcerCast.place)
        for number in 1...3 {
            scene.world.fail(
                .init(
                    operation: "GetDocument",
                    failure: refusal("GetDocument", "ThrottlingException", .throttled),
                    meanwhile: { if number == 3 { $0[ConvergenceScene.name]?.versions[1]?.status = .active } }
                )
            )
        }
        let outcome = try await scene.converge(wanted)
        #expect(outcome.deeds.isEmpty && outcome.problem == nil && scene.time.waits.count == 3)
        #expect(scene.time.waits == scene.time.waits.sorted() && Set(scene.time.waits).count == 3)
        _ = try await scene.settled(wanted)
    }

    @Test("a document that never becomes active is a problem, in bounded time")
    func neverActive() async throws {
        let (wanted, text) = try ConvergenceScene.wanted()
        let scene = ConvergenceScene()
        var document = DocumentWorld.Document(text)
        document.versions[1]?.status = .updating
        scene.world.put(document, ConvergenceScene.name, in: EnforcerCast.place)
        let outcome = try await scene.converge(wanted)
        #expect(outcome.problem?.contains("Updating") == true)
        #expect(scene.time.waits.reduce(0, +) < 80_000 && scene.world.takeWrites().isEmpty)
    }

    @Test("a version that failed is followed by one with another text")
    func failedVersion() async throws {
        let (wanted, text) = try ConvergenceScene.wanted()
        let scene = ConvergenceScene()
        var document = DocumentWorld.Document(text)
        document.versions[1]?.status = .failed
        scene.world.put(document, ConvergenceScene.name, in: EnforcerCast.place)
        #expect(try await scene.converge(wanted).deeds == [.written, .promoted])
        #expect(try await scene.settled(wanted)?.default == 2)
    }

    @Test("a shared document is shared no longer; one of another type is made anew")
    func clears() async throws {
        let (wanted, text) = try ConvergenceScene.wanted()
        let scene = ConvergenceScene()
        var document = DocumentWorld.Document(text, type: "Command")
        document.sharedWith = ["all"]
        scene.world.put(document, ConvergenceScene.name, in: EnforcerCast.place)
        let outcome = try await scene.converge(wanted)
        #expect(outcome.deeds == [.unshared, .deleted, .created] && outcome.problem == nil)
        let settled = try #require(try await scene.settled(wanted))
        #expect(settled.type == "Session" && settled.sharedWith.isEmpty)
    }

    @Test("preferences that somebody writes between the look and the write are kept, and Run As is set in them")
    func overtaken() async throws {
        let name = WantedDocument.preferences
        let scene = ConvergenceScene()
        let found = #"{"inputs":{"idleSessionTimeout":"20"},"schemaVersion":"1.0"}"#
        scene.world.put(.init(found), name, in: EnforcerCast.place)
        scene.world.fail(
            .init(
                operation: "UpdateDocument",
                failure: nil,
                meanwhile: { $0[name]?.add(#"{"inputs":{"s3BucketName":"logs"},"schemaVersion":"1.0"}"#) }
            )
        )
        let outcome = try await scene.converge(.runAs(try LinuxUser("breakglass")))
        #expect(outcome.deeds == [.written, .promoted] && outcome.problem == nil)
        let document = try #require(scene.world.document(name, in: EnforcerCast.place))
        let written = #"{"inputs":{"runAsDefaultUser":"breakglass","runAsEnabled":true,"s3BucketName":"logs"},"#
        #expect(document.versions[3]?.content == written + #""schemaVersion":"1.0"}"#)
        #expect(document.default == 3 && document.versions.count == 3 && scene.world.unusedFaults.isEmpty)
    }

    @Test("a document that is shared while it is deleted is unshared and deleted all the same")
    func deletes() async throws {
        let scene = ConvergenceScene()
        scene.world.put(.init(try ConvergenceScene.other()), ConvergenceScene.name, in: EnforcerCast.place)
        scene.world.fail(
            .init(
                operation: "DeleteDocument",
                failure: refusal("DeleteDocument", "InvalidDocumentOperation"),
                meanwhile: { $0[ConvergenceScene.name]?.sharedWith = ["all"] }
            )
        )
        let outcome = try await scene.converge(.gone(name: ConvergenceScene.name))
        #expect(outcome.deeds == [.unshared, .deleted] && outcome.now == nil && outcome.problem == nil)
        #expect(scene.world.names(in: EnforcerCast.place).isEmpty)
    }

    @Test("a document that is in use by associations stays, and is a problem")
    func associated() async throws {
        let scene = ConvergenceScene()
        scene.world.put(.init(try ConvergenceScene.other()), ConvergenceScene.name, in: EnforcerCast.place)
        scene.world.fail(
            .init(operation: "DeleteDocument", failure: refusal("DeleteDocument", "AssociatedInstances"))
        )
        let outcome = try await scene.converge(.gone(name: ConvergenceScene.name))
        #expect(outcome.problem?.contains("AssociatedInstances") == true && outcome.deeds.isEmpty)
    }

    @Test(
        "credentials that are good elsewhere and refused here say that the Region is off",
        arguments: [
            "UnrecognizedClientException", "InvalidClientTokenId", "SubscriptionRequiredException", "OptInRequired",
        ]
    )
    func regionOff(_ code: String) async throws {
        let scene = ConvergenceScene()
        scene.world.fail(.init(operation: "GetDocument", failure: refusal("GetDocument", code, .credentialsRejected)))
        await #expect {
            _ = try await scene.converge(try ConvergenceScene.wanted().0)
        } throws: { error in
            if case Interruption.regionOff = error { true } else { false }
        }
    }

    @Test("at the deadline the visit ends, and says what it had done by then")
    func deadline() async throws {
        let (wanted, _) = try ConvergenceScene.wanted()
        var scene = ConvergenceScene()
        scene.deadlineSeconds = 1
        scene.world.put(.init(try ConvergenceScene.other()), ConvergenceScene.name, in: EnforcerCast.place)
        for _ in 0..<3 {
            scene.world.fail(
                .init(
                    operation: "UpdateDocumentDefaultVersion",
                    failure: refusal("UpdateDocumentDefaultVersion", "ThrottlingException", .throttled)
                )
            )
        }
        await #expect {
            _ = try await scene.converge(wanted)
        } throws: { error in
            guard case Interruption.outOfTime(let outcomes) = error else { return false }
            return outcomes.map(\.deeds) == [[.written]]
        }
        #expect(scene.time.now < WaitingClock.at(seconds: 1))
    }
}

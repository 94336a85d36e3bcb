import AWSClient
import SessionCore
import TestSupport
import Testing

@testable import DocumentEnforcer

/// One document in one place, and how it is worked on.
struct ConvergenceScene {
    static let name = "SSMBroker-Shell-DatabaseAdmin"

    let world: DocumentWorld
    let time = WaitingClock()
    var deadlineSeconds: Int64 = 600
    var keptVersions = 20

    init(_ world: DocumentWorld = DocumentWorld()) {
        self.world = world
    }

    func converge(_ wanted: WantedDocument) async throws -> DocumentOutcome {
        let convergence = Convergence(
            documents: WorldDocuments(world: world, place: EnforcerCast.place),
            clock: time.clock,
            deadline: WaitingClock.at(seconds: deadlineSeconds),
            keptVersions: keptVersions
        )
        return try await convergence.converge(wanted)
    }

    /// The document as it stands, which the next visit must leave alone.
    func settled(_ wanted: WantedDocument) async throws -> DocumentWorld.Document? {
        _ = world.takeWrites()
        let again = try await converge(wanted)
        #expect(again.deeds.isEmpty && again.problem == nil)
        #expect(world.takeWrites().isEmpty)
        #expect(world.unusedFaults.isEmpty)
        #expect(world.blunders.isEmpty)
        return world.document(Self.name, in: EnforcerCast.place)
    }

    /// The document of the tests as the map wants it, and its text.
    static func wanted() throws -> (WantedDocument, String) {
        let document = try EnforcerCast.document()
        return (.whole(document), document.content.canonicalText)
    }

    /// A text that the map does not want.
    static func other() throws -> String {
        try EnforcerCast.document(user: "oldadmin").content.canonicalText
    }
}

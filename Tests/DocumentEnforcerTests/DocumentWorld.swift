import AWSClient
import DocumentEnforcer
import SessionCore
import Synchronization

/// Systems Manager's documents in many places, as the enforcer's role meets them: versions, default, limits, refusals.
///
/// What AWS would refuse it refuses; what nobody expects (a default version deleted, content that is no session document) it counts as
/// a blunder, and a test that ends with blunders fails.
final class DocumentWorld: Sendable {
    struct Version: Sendable, Hashable {
        var content: String
        var status: FoundDocument.Status = .active
    }

    struct Document: Sendable, Hashable {
        var versions: [Int: Version]
        var `default`: Int
        var next: Int
        var type = "Session"
        var sharedWith: [String] = []

        init(_ content: String, type: String = "Session") {
            versions = [1: Version(content: content)]
            `default` = 1
            next = 2
            self.type = type
        }

        var latest: Int { versions.keys.max() ?? 0 }

        mutating func add(_ content: String) {
            versions[next] = Version(content: content)
            next += 1
        }
    }

    /// One answer that comes instead of the usual one, to the first call that it fits.
    struct Fault: Sendable {
        let operation: String
        /// The answer; nil for the usual one.
        let failure: AWSFailure?
        /// Whether the call has its effect all the same.
        var takesEffect = false
        /// What somebody else does just before.
        var meanwhile: (@Sendable (inout [String: Document]) -> Void)?
    }

    struct State {
        var places: [Place: [String: Document]] = [:]
        var faults: [Fault] = []
        var calls: [String: Int] = [:]
        var writes: [String] = []
        var blunders: [String] = []
        /// What AssumeRole answers in an account; nothing for yes.
        var closed: [AccountID: [AWSFailure]] = [:]
        var off: Set<Region> = []
        var opened: [Place] = []
        /// After so many calls that change something nothing has an effect or an answer any more; nil for never.
        var survivors: Int?
    }

    static let writing: Set<String> = [
        "CreateDocument", "UpdateDocument", "UpdateDocumentDefaultVersion", "DeleteDocument",
        "ModifyDocumentPermission",
    ]

    let state = Mutex(State())
    let maximumVersions: Int
    let maximumDocuments: Int

    init(maximumVersions: Int = 1000, maximumDocuments: Int = 500) {
        self.maximumVersions = maximumVersions
        self.maximumDocuments = maximumDocuments
    }

    var blunders: [String] { state.withLock { $0.blunders } }
    var calls: [String: Int] { state.withLock { $0.calls } }
    var opened: [Place] { state.withLock { $0.opened } }
    /// Calls that change something, `operation name`, since the last time this was asked.
    func takeWrites() -> [String] {
        state.withLock { state in
            defer { state.writes = [] }
            return state.writes
        }
    }

    func put(_ document: Document, _ name: String, in place: Place) {
        state.withLock { $0.places[place, default: [:]][name] = document }
    }

    func document(_ name: String, in place: Place) -> Document? { state.withLock { $0.places[place]?[name] } }
    func names(in place: Place) -> [String] { state.withLock { ($0.places[place] ?? [:]).keys.sorted() } }
    func fail(_ fault: Fault) { state.withLock { $0.faults.append(fault) } }
    var unusedFaults: [String] { state.withLock { $0.faults.map(\.operation) } }
}

/// A refusal of Systems Manager's.
func refusal(_ operation: String, _ code: String, _ kind: AWSFailure.Kind = .refused, service: AWSService = .ssm)
    -> AWSFailure
{
    AWSFailure(kind, service: service, operation: operation, code: code, message: "words", outcomeUnknown: false)
}

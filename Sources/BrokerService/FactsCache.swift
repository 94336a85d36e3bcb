internal import AWSClient
internal import SessionCore
internal import Synchronization

/// What was found out lately, so that an engineer need not wait for it again.
///
/// Only what speaks for a session is kept: a missing role, a stopped node or a wrong document is asked for anew each time.
final class FactsCache: Sendable {
    /// How long each fact may be used.
    enum Lifetime {
        /// A role keeps its id and path for as long as it lives.
        static let role: Int64 = 600
        /// An agent reports every few minutes; StartSession itself has the last word.
        static let node: Int64 = 60
        /// Decides only whether the intent is written; the tags are read again beside it.
        static let target: Int64 = 60
        /// Decides only whether the intent is written; the document is read again beside it.
        static let document: Int64 = 60
        /// Role sessions are renewed this long before they end.
        static let roleSessionMargin: Int64 = 300
    }

    struct RoleKey: Hashable, Sendable {
        let account: AccountID
        let roleName: String
        let roleID: String
    }

    struct NodeKey: Hashable, Sendable {
        let account: AccountID
        let region: Region
        let node: NodeID
    }

    struct DocumentKey: Hashable, Sendable {
        let account: AccountID
        let region: Region
        let name: String
        /// What the map renders: a fact about another rendering says nothing.
        let hash: String
    }

    /// The most nodes of which facts are kept: a list adds a hundred at a time.
    private static let maximumNodes = 5000

    private struct Held<Value: Sendable>: Sendable {
        let value: Value
        let until: Timestamp
    }

    private struct State: Sendable {
        var inspectors: [AccountID: Held<RoleSession>] = [:]
        var roles: [RoleKey: Held<RoleFacts>] = [:]
        var targets: [AccountID: Held<TargetRoleFacts>] = [:]
        var nodes = RecentValues<NodeKey, NodeFacts>(room: FactsCache.maximumNodes)
        var documents: [DocumentKey: Held<DocumentFacts>] = [:]
    }

    /// What was found of nodes, not to connect to them but to name them.
    let lists = NodeLists()
    private let state = Mutex(State())

    func inspector(of account: AccountID, at now: Timestamp) -> RoleSession? {
        state.withLock { Self.valid($0.inspectors[account], at: now) }
    }

    func keep(_ inspector: RoleSession, of account: AccountID) {
        guard let expiration = inspector.credentials.expiration else { return }
        let until = expiration.advanced(bySeconds: -Lifetime.roleSessionMargin)
        state.withLock { $0.inspectors[account] = Held(value: inspector, until: until) }
    }

    func forget(_ inspector: RoleSession, of account: AccountID) {
        state.withLock { state in
            // Another request may have made a new one meanwhile.
            guard state.inspectors[account]?.value.credentials.accessKeyID == inspector.credentials.accessKeyID else {
                return
            }
            state.inspectors[account] = nil
        }
    }

    func role(_ key: RoleKey, at now: Timestamp) -> RoleFacts? {
        state.withLock { Self.valid($0.roles[key], at: now) }
    }

    func keep(_ role: RoleFacts, for key: RoleKey, at now: Timestamp) {
        state.withLock { $0.roles[key] = Held(value: role, until: now.advanced(bySeconds: Lifetime.role)) }
    }

    func target(of account: AccountID, at now: Timestamp) -> TargetRoleFacts? {
        state.withLock { Self.valid($0.targets[account], at: now) }
    }

    func keep(_ target: TargetRoleFacts, of account: AccountID, at now: Timestamp) {
        state.withLock { $0.targets[account] = Held(value: target, until: now.advanced(bySeconds: Lifetime.target)) }
    }

    func node(_ key: NodeKey, at now: Timestamp) -> NodeFacts? {
        state.withLock { $0.nodes.value(for: key, at: now) }
    }

    func keep(_ node: NodeFacts, for key: NodeKey, at now: Timestamp) {
        state.withLock { $0.nodes.keep(node, for: key, until: now.advanced(bySeconds: Lifetime.node), at: now) }
    }

    func document(_ key: DocumentKey, at now: Timestamp) -> DocumentFacts? {
        state.withLock { Self.valid($0.documents[key], at: now) }
    }

    func keep(_ document: DocumentFacts, for key: DocumentKey, at now: Timestamp) {
        state.withLock { $0.documents[key] = Held(value: document, until: now.advanced(bySeconds: Lifetime.document)) }
    }

    func forget(_ key: DocumentKey) {
        state.withLock { $0.documents[key] = nil }
    }

    private static func valid<Value>(_ held: Held<Value>?, at now: Timestamp) -> Value? {
        guard let held, now < held.until else { return nil }
        return held.value
    }
}

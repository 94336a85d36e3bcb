import AWSClient
import DocumentEnforcer
import SessionCore
import Synchronization

/// A ``DocumentWorld`` that takes time to answer, and refuses whoever calls faster than AWS lets them.
///
/// The rates are assumptions where AWS publishes none (the document calls), and for STS its quota.
final class SimulatedAWS: MemberAccess {
    /// A bucket of tokens as AWS keeps one for each account, Region and kind of call.
    private struct Bucket {
        var tokens: Double
        var filled: Int64

        mutating func take(_ limit: Limit, at now: Int64) -> Bool {
            tokens = min(limit.burst, tokens + Double(now - filled) / 1000 * limit.perSecond)
            filled = now
            guard tokens >= 1 else { return false }
            tokens -= 1
            return true
        }
    }

    struct Limit: Sendable {
        let perSecond: Double
        let burst: Double
    }

    /// Reads of documents, in one account and Region.
    static let reads = Limit(perSecond: 20, burst: 20)
    /// Writes of documents, in one account and Region.
    static let writes = Limit(perSecond: 5, burst: 5)
    /// AssumeRole, in the enforcer's account and Region.
    ///
    /// Source: IAM User Guide, "IAM and AWS STS quotas".
    static let roles = Limit(perSecond: 600, burst: 600)

    private struct Key: Hashable {
        let place: Place?
        let kind: String
    }

    private struct State {
        var buckets: [Key: Bucket] = [:]
        var calls: [String: Int] = [:]
        var throttled = 0
        var busiest: [String: Int] = [:]
        var underWay = 0
    }

    private let state = Mutex(State())
    let world: DocumentWorld
    let time: SimulatedTime
    private let travel: @Sendable (Region) -> Int

    init(_ world: DocumentWorld, time: SimulatedTime, travel: @escaping @Sendable (Region) -> Int) {
        self.world = world
        self.time = time
        self.travel = travel
    }

    /// How often each operation was called.
    var calls: [String: Int] { state.withLock { $0.calls } }
    /// How many calls were refused for being too many.
    var throttled: Int { state.withLock { $0.throttled } }
    func forgetCalls() { state.withLock { $0.calls = [:] } }

    /// Lets a call take its time, and be counted and judged.
    fileprivate func call(_ operation: String, _ limit: Limit, in place: Place?, milliseconds: Int) async throws {
        await time.sleep(milliseconds: milliseconds)
        let now = time.milliseconds
        let isAllowed = state.withLock { state in
            state.calls[operation, default: 0] += 1
            let key = Key(place: place, kind: limit.perSecond == Self.reads.perSecond ? "read" : operation)
            var bucket = state.buckets[key] ?? Bucket(tokens: limit.burst, filled: now)
            defer { state.buckets[key] = bucket }
            let isAllowed = bucket.take(limit, at: now)
            if !isAllowed { state.throttled += 1 }
            return isAllowed
        }
        guard isAllowed else { throw refusal(operation, "ThrottlingException", .throttled) }
    }

    func documents(in place: Place, until deadline: Timestamp) async throws -> any MemberDocuments {
        try await call("AssumeRole", Self.roles, in: nil, milliseconds: 15)
        return SimulatedDocuments(
            aws: self,
            documents: WorldDocuments(world: world, place: place),
            place: place,
            milliseconds: travel(place.region)
        )
    }
}

/// One place, at a distance.
private struct SimulatedDocuments: MemberDocuments {
    let aws: SimulatedAWS
    let documents: WorldDocuments
    let place: Place
    let milliseconds: Int

    private func takeRead(_ operation: String) async throws {
        try await aws.call(operation, SimulatedAWS.reads, in: place, milliseconds: milliseconds)
    }

    private func takeWrite(_ operation: String) async throws {
        try await aws.call(operation, SimulatedAWS.writes, in: place, milliseconds: milliseconds)
    }

    func names(beginningWith prefixes: [String]) async throws -> [String] {
        try await takeRead("ListDocuments")
        return try await documents.names(beginningWith: prefixes)
    }

    func read(_ name: String) async throws -> FoundDocument? {
        try await takeRead("GetDocument")
        guard let found = try await documents.read(name) else { return nil }
        // The two others go side by side.
        async let versions: Void = takeRead("DescribeDocument")
        async let sharing: Void = takeRead("DescribeDocumentPermission")
        try await versions
        try await sharing
        return found
    }

    func versions(of name: String) async throws -> [Int] {
        try await takeRead("ListDocumentVersions")
        return try await documents.versions(of: name)
    }

    func create(_ name: String, content: String) async throws {
        try await takeWrite("CreateDocument")
        try await documents.create(name, content: content)
    }

    func write(_ name: String, over version: Int, content: String) async throws -> Int {
        try await takeWrite("UpdateDocument")
        return try await documents.write(name, over: version, content: content)
    }

    func promote(_ version: Int, of name: String) async throws {
        try await takeWrite("UpdateDocumentDefaultVersion")
        try await documents.promote(version, of: name)
    }

    func delete(_ name: String, version: Int?) async throws {
        try await takeWrite("DeleteDocument")
        try await documents.delete(name, version: version)
    }

    func unshare(_ name: String, with accounts: [String]) async throws {
        try await takeWrite("ModifyDocumentPermission")
        try await documents.unshare(name, with: accounts)
    }
}

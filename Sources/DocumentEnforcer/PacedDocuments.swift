internal import SessionCore

/// Documents of a place at a pace that Systems Manager takes.
struct PacedDocuments: MemberDocuments {
    private let documents: any MemberDocuments
    private let reads: Pace
    private let writes: Pace
    private let deadline: Timestamp

    init(_ documents: any MemberDocuments, settings: RunSettings, clock: EnforcerClock, deadline: Timestamp) {
        self.documents = documents
        self.deadline = deadline
        reads = Pace(perSecond: settings.readsPerSecond, burst: max(1, Int(settings.readsPerSecond)), clock: clock)
        writes = Pace(perSecond: settings.writesPerSecond, burst: max(1, Int(settings.writesPerSecond)), clock: clock)
    }

    func names(beginningWith prefixes: [String]) async throws -> [String] {
        try await reads.turn(before: deadline)
        return try await documents.names(beginningWith: prefixes)
    }

    func read(_ name: String) async throws -> FoundDocument? {
        // A look is three calls, and of a document that is not there one.
        for _ in 0..<3 { try await reads.turn(before: deadline) }
        return try await documents.read(name)
    }

    func versions(of name: String) async throws -> [Int] {
        try await reads.turn(before: deadline)
        return try await documents.versions(of: name)
    }

    func create(_ name: String, content: String) async throws {
        try await writes.turn(before: deadline)
        try await documents.create(name, content: content)
    }

    func write(_ name: String, over version: Int, content: String) async throws -> Int {
        try await writes.turn(before: deadline)
        return try await documents.write(name, over: version, content: content)
    }

    func promote(_ version: Int, of name: String) async throws {
        try await writes.turn(before: deadline)
        try await documents.promote(version, of: name)
    }

    func delete(_ name: String, version: Int?) async throws {
        try await writes.turn(before: deadline)
        try await documents.delete(name, version: version)
    }

    func unshare(_ name: String, with accounts: [String]) async throws {
        try await writes.turn(before: deadline)
        try await documents.unshare(name, with: accounts)
    }
}

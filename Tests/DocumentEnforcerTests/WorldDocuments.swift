import AWSClient
import DocumentEnforcer
import SessionCore
import Synchronization

/// One place of a ``DocumentWorld``, as the enforcer calls it.
struct WorldDocuments: MemberDocuments {
    let world: DocumentWorld
    let place: Place

    /// Counts a call, gives the next fault that fits it, else its own answer.
    private func call<Answer>(
        _ operation: String,
        _ name: String,
        _ answer: (inout [String: DocumentWorld.Document], inout DocumentWorld.State) throws -> Answer
    ) throws -> Answer {
        try world.state.withLock { state in
            state.calls[operation, default: 0] += 1
            if let survivors = state.survivors {
                let isWrite = DocumentWorld.writing.contains(operation)
                guard survivors > 0 || !isWrite else {
                    throw AWSFailure(.deadline, service: .ssm, operation: operation, outcomeUnknown: true)
                }
                if isWrite { state.survivors = survivors - 1 }
            }
            if DocumentWorld.writing.contains(operation) { state.writes.append("\(operation) \(name)") }
            guard !state.off.contains(place.region) else {
                throw refusal(operation, "UnrecognizedClientException", .credentialsRejected)
            }
            var documents = state.places[place] ?? [:]
            defer { state.places[place] = documents }
            if let index = state.faults.firstIndex(where: { $0.operation == operation }) {
                let fault = state.faults.remove(at: index)
                fault.meanwhile?(&documents)
                if let failure = fault.failure {
                    if fault.takesEffect { _ = try answer(&documents, &state) }
                    throw failure
                }
            }
            return try answer(&documents, &state)
        }
    }

    private static func missing(_ operation: String) -> AWSFailure {
        refusal(operation, "InvalidDocument", .invalidDocument)
    }

    func names(beginningWith prefixes: [String]) async throws -> [String] {
        try call("ListDocuments", "*") { documents, _ in
            documents.keys.filter { name in prefixes.contains { name.hasPrefix($0) } }.sorted()
        }
    }

    func read(_ name: String) async throws -> FoundDocument? {
        let found: FoundDocument?
        do {
            found = try call("GetDocument", name) { documents, _ in
                guard let document = documents[name], let latest = document.versions[document.latest] else {
                    throw Self.missing("GetDocument")
                }
                return FoundDocument(
                    name: name,
                    content: latest.content,
                    latest: document.latest,
                    default: document.default,
                    status: latest.status,
                    type: document.type,
                    sharedWith: document.sharedWith
                )
            }
        } catch let failure as AWSFailure where failure.code == "InvalidDocument" {
            return nil
        }
        try call("DescribeDocument", name) { _, _ in }
        try call("DescribeDocumentPermission", name) { _, _ in }
        return found
    }

    func versions(of name: String) async throws -> [Int] {
        try call("ListDocumentVersions", name) { documents, _ in
            guard let document = documents[name] else { throw Self.missing("ListDocumentVersions") }
            return Array(document.versions.keys)
        }
    }

    private static func check(_ content: String, _ state: inout DocumentWorld.State) throws {
        if content.utf8.count > 65_536 { throw refusal("CreateDocument", "MaxDocumentSizeExceeded") }
        if (try? JSON(parsing: content.utf8))?["schemaVersion"] != "1.0" { state.blunders.append("content \(content)") }
    }

    func create(_ name: String, content: String) async throws {
        try call("CreateDocument", name) { documents, state in
            guard documents[name] == nil else { throw refusal("CreateDocument", "DocumentAlreadyExists") }
            guard documents.count < world.maximumDocuments else {
                throw refusal("CreateDocument", "DocumentLimitExceeded")
            }
            try Self.check(content, &state)
            documents[name] = DocumentWorld.Document(content)
        }
    }

    func write(_ name: String, over version: Int, content: String) async throws -> Int {
        try call("UpdateDocument", name) { documents, state in
            guard var document = documents[name] else { throw Self.missing("UpdateDocument") }
            guard version == document.latest else {
                throw refusal("UpdateDocument", "InvalidDocumentVersion", .invalidDocument)
            }
            try Self.check(content, &state)
            if document.type != "Session" { state.blunders.append("a \(document.type) document written") }
            guard !document.versions.values.contains(where: { $0.content == content }) else {
                throw refusal("UpdateDocument", "DuplicateDocumentContent")
            }
            guard document.versions.count < world.maximumVersions else {
                throw refusal("UpdateDocument", "DocumentVersionLimitExceeded")
            }
            document.add(content)
            documents[name] = document
            return document.latest
        }
    }

    func promote(_ version: Int, of name: String) async throws {
        try call("UpdateDocumentDefaultVersion", name) { documents, _ in
            guard var document = documents[name] else { throw Self.missing("UpdateDocumentDefaultVersion") }
            guard document.versions[version] != nil else {
                throw refusal("UpdateDocumentDefaultVersion", "InvalidDocumentVersion", .invalidDocument)
            }
            document.default = version
            documents[name] = document
        }
    }

    func delete(_ name: String, version: Int?) async throws {
        try call("DeleteDocument", name) { documents, state in
            guard var document = documents[name] else { throw Self.missing("DeleteDocument") }
            guard let version else {
                guard document.sharedWith.isEmpty else { throw refusal("DeleteDocument", "InvalidDocumentOperation") }
                documents[name] = nil
                return
            }
            if version == document.default { state.blunders.append("the default version of \(name) deleted") }
            document.versions[version] = nil
            documents[name] = document
        }
    }

    func unshare(_ name: String, with accounts: [String]) async throws {
        try call("ModifyDocumentPermission", name) { documents, _ in
            guard documents[name] != nil else { throw Self.missing("ModifyDocumentPermission") }
            documents[name]?.sharedWith.removeAll { accounts.contains($0) }
        }
    }
}

/// The way into a ``DocumentWorld``.
struct WorldAccess: MemberAccess {
    let world: DocumentWorld

    func documents(in place: Place, until deadline: Timestamp) async throws -> any MemberDocuments {
        try world.state.withLock { state in
            state.calls["AssumeRole", default: 0] += 1
            if let failure = state.closed[place.account]?.first {
                if (state.closed[place.account]?.count ?? 0) > 1 { state.closed[place.account]?.removeFirst() }
                throw failure
            }
            state.opened.append(place)
        }
        return WorldDocuments(world: world, place: place)
    }
}

internal import AWSClient

/// The documents of one account in one Region, at Systems Manager.
struct RegionDocuments: MemberDocuments {
    private let ssm: SSM

    init(_ ssm: SSM) {
        self.ssm = ssm
    }

    func names(beginningWith prefixes: [String]) async throws -> [String] {
        try await Self.pages { try await ssm.ownDocuments(beginningWith: prefixes, from: $0) }.map(\.name)
    }

    func read(_ name: String) async throws -> FoundDocument? {
        do {
            let latest = try await ssm.document(named: name)
            async let versions = ssm.documentVersions(of: name)
            async let sharing = Self.pages { try await ssm.accountsSharing(document: name, from: $0) }
            return FoundDocument(
                name: name,
                content: latest.content,
                // A version written between the two answers shows as another number, and the plan looks again.
                latest: try Self.number(latest.version, in: "GetDocument"),
                default: try Self.number(try await versions.default, in: "DescribeDocument"),
                status: try Self.status(latest.status),
                type: latest.type,
                sharedWith: try await sharing
            )
        } catch let failure as AWSFailure where failure.code == "InvalidDocument" {
            return nil
        }
    }

    func versions(of name: String) async throws -> [Int] {
        try await Self.pages { try await ssm.versionNumbers(ofDocument: name, from: $0) }
            .map { try Self.number($0, in: "ListDocumentVersions") }
    }

    func create(_ name: String, content: String) async throws {
        _ = try await ssm.createDocument(named: name, content: content)
    }

    func write(_ name: String, over version: Int, content: String) async throws -> Int {
        let written = try await ssm.updateDocument(named: name, over: String(version), content: content)
        return try Self.number(written.version, in: "UpdateDocument")
    }

    func promote(_ version: Int, of name: String) async throws {
        try await ssm.makeDefault(version: String(version), ofDocument: name)
    }

    func delete(_ name: String, version: Int?) async throws {
        try await ssm.deleteDocument(named: name, version: version.map { String($0) })
    }

    func unshare(_ name: String, with accounts: [String]) async throws {
        var rest = accounts[...]
        while !rest.isEmpty {
            // As many as one call may name.
            try await ssm.stopSharing(document: name, with: Array(rest.prefix(20)))
            rest = rest.dropFirst(20)
        }
    }

    private static func pages<Element>(
        _ page: (_ token: String?) async throws -> SSM.DocumentPage<Element>
    ) async throws -> [Element] {
        var elements: [Element] = []
        var token: String?
        repeat {
            let answer = try await page(token)
            elements += answer.elements
            token = answer.next
        } while token != nil
        return elements
    }

    private static func number(_ text: String, in operation: String) throws -> Int {
        guard let number = Int(text), number > 0 else { throw Self.broken(operation, "the version \(text)") }
        return number
    }

    private static func status(_ text: String) throws -> FoundDocument.Status {
        guard let status = FoundDocument.Status(rawValue: text) else {
            throw broken("GetDocument", "the status \(text)")
        }
        return status
    }

    private static func broken(_ operation: String, _ part: String) -> AWSFailure {
        AWSFailure(
            .brokenAnswer,
            service: .ssm,
            operation: operation,
            message: "an answer that cannot be understood: \(part)",
            outcomeUnknown: true
        )
    }
}

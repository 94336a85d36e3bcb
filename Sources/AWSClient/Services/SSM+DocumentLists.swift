extension SSM {
    /// A document of the account's own, as a list names it.
    public struct ListedDocument: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// `Session`, `Command` and so on.
        public let type: String
    }

    /// One page of a list.
    public struct DocumentPage<Element: Sendable & Hashable>: Sendable, Hashable {
        /// What the page holds; may be nothing although there are more pages.
        public let elements: [Element]
        /// Where the next page begins; nil when this is the last one.
        public let next: String?
    }

    /// Lists the account's own documents whose names begin in one of some ways.
    ///
    /// - Parameters:
    ///   - prefixes: What names begin with, for example `SSMBroker-`.
    ///   - token: Where the page begins; nil for the first.
    /// - Returns: One page, of at most 50.
    /// - Throws: ``AWSFailure``.
    public func ownDocuments(
        beginningWith prefixes: [String],
        from token: String? = nil
    ) async throws -> DocumentPage<ListedDocument> {
        let filters = [
            DocumentListWire.Filter(key: "Name", values: prefixes),
            // Without this the documents that others share with the account would be among them.
            DocumentListWire.Filter(key: "Owner", values: ["Self"]),
        ]
        let input = DocumentListWire.List(filters: filters, limit: 50, token: token)
        return try await send(
            JSONProtocol.call("ListDocuments", repeatable: .always, input: input) {
                (wire: DocumentListWire.Documents, _) in
                DocumentPage(
                    elements: try (wire.documents ?? []).map {
                        ListedDocument(name: try required($0.name, "Name"), type: try required($0.type, "DocumentType"))
                    },
                    next: wire.next
                )
            }
        )
    }

    /// Lists the numbers of a document's versions, as text, in no promised order.
    ///
    /// - Throws: ``AWSFailure`` of kind `invalidDocument` when there is no such document.
    public func versionNumbers(ofDocument name: String, from token: String? = nil) async throws -> DocumentPage<String>
    {
        let input = DocumentListWire.OfDocument(name: name, limit: 50, token: token)
        return try await send(
            JSONProtocol.call("ListDocumentVersions", repeatable: .always, input: input) {
                (wire: DocumentListWire.Versions, _) in
                DocumentPage(
                    elements: try (wire.versions ?? []).map { try required($0.version, "DocumentVersion") },
                    next: wire.next
                )
            }
        )
    }

    /// Lists the accounts that a document is shared with; `all` stands for everybody.
    ///
    /// - Throws: ``AWSFailure`` of kind `invalidDocument` when there is no such document.
    public func accountsSharing(document name: String, from token: String? = nil) async throws -> DocumentPage<String> {
        let input = DocumentListWire.OfDocument(name: name, limit: 200, token: token, permission: "Share")
        return try await send(
            JSONProtocol.call("DescribeDocumentPermission", repeatable: .always, input: input) {
                (wire: DocumentListWire.Sharing, _) in
                DocumentPage(elements: wire.accounts ?? [], next: wire.next)
            }
        )
    }

    /// Stops sharing a document with some accounts.
    ///
    /// - Parameters:
    ///   - name: The document.
    ///   - accounts: At most 20; `all` for everybody.
    /// - Throws: ``AWSFailure`` of kind `invalidDocument` when there is no such document.
    public func stopSharing(document name: String, with accounts: [String]) async throws {
        let input = DocumentListWire.Unshare(name: name, permission: "Share", accounts: accounts)
        let call: AWSCall<Void> = try JSONProtocol.call(
            "ModifyDocumentPermission",
            repeatable: .always,
            input: input
        ) { (_: DocumentListWire.Nothing, _) in }
        try await send(call)
    }
}

/// The lists' inputs and outputs as JSON has them.
private enum DocumentListWire {
    struct Filter: Encodable {
        let key: String
        let values: [String]

        private enum CodingKeys: String, CodingKey {
            case key = "Key"
            case values = "Values"
        }
    }

    struct List: Encodable {
        let filters: [Filter]
        let limit: Int
        let token: String?

        private enum CodingKeys: String, CodingKey {
            case filters = "Filters"
            case limit = "MaxResults"
            case token = "NextToken"
        }
    }

    struct OfDocument: Encodable {
        let name: String
        let limit: Int
        let token: String?
        var permission: String?

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case limit = "MaxResults"
            case token = "NextToken"
            case permission = "PermissionType"
        }
    }

    struct Unshare: Encodable {
        let name: String
        let permission: String
        let accounts: [String]

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case permission = "PermissionType"
            case accounts = "AccountIdsToRemove"
        }
    }

    struct Documents: Decodable {
        struct Document: Decodable {
            let name: String?
            let type: String?

            private enum CodingKeys: String, CodingKey {
                case name = "Name"
                case type = "DocumentType"
            }
        }

        let documents: [Document]?
        let next: String?

        private enum CodingKeys: String, CodingKey {
            case documents = "DocumentIdentifiers"
            case next = "NextToken"
        }
    }

    struct Versions: Decodable {
        struct Version: Decodable {
            let version: String?

            private enum CodingKeys: String, CodingKey {
                case version = "DocumentVersion"
            }
        }

        let versions: [Version]?
        let next: String?

        private enum CodingKeys: String, CodingKey {
            case versions = "DocumentVersions"
            case next = "NextToken"
        }
    }

    struct Sharing: Decodable {
        let accounts: [String]?
        let next: String?

        private enum CodingKeys: String, CodingKey {
            case accounts = "AccountIds"
            case next = "NextToken"
        }
    }

    struct Nothing: Decodable {}
}

extension SSM {
    /// A version of a document.
    public struct Document: Sendable, Hashable {
        /// The name, or the ARN if it was asked for by ARN.
        public let name: String
        /// The content as text, JSON.
        public let content: String
        /// The version's number as text, for example `3`.
        public let version: String
        /// `Creating`, `Active`, `Updating`, `Deleting` or `Failed`; only an active one can be used.
        public let status: String
        /// `Session` for session documents.
        public let type: String
        /// The request ID that CloudTrail knows; nil when the answer had none.
        public let requestID: String?
    }

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - name: The document's name or ARN.
    ///   - version: A number, `$LATEST` or `$DEFAULT`.
    /// - Returns: The version and its content.
    /// - Throws: ``AWSFailure`` of kind `invalidDocument` when there is no such document or version.
    public func document(named name: String, version: String = "$LATEST") async throws -> Document {
        let input = DocumentWire.Get(name: name, version: version, format: "JSON")
        return try await send(
            JSONProtocol.call("GetDocument", repeatable: .always, input: input) {
                (wire: DocumentWire.Content, requestID) in
                Document(
                    name: try required(wire.name, "Name"),
                    content: try required(wire.content, "Content"),
                    version: try required(wire.version, "DocumentVersion"),
                    status: try required(wire.status, "Status"),
                    type: try required(wire.type, "DocumentType"),
                    requestID: requestID
                )
            }
        )
    }

    /// What DescribeDocument says about a document's versions.
    public struct DocumentVersions: Sendable, Hashable {
        /// The number of the newest version.
        public let latest: String
        /// The number of the version that is used when none is named.
        public let `default`: String
        /// `Creating`, `Active`, `Updating`, `Deleting` or `Failed`, of the default version.
        public let status: String
        /// `Session` for session documents.
        public let type: String
        /// The account that owns the document; nil when the answer has none.
        public let owner: String?
        /// The request ID that CloudTrail knows; nil when the answer had none.
        public let requestID: String?
    }

    /// Asks which versions a document has.
    ///
    /// - Throws: ``AWSFailure`` of kind `invalidDocument` when there is no such document.
    public func documentVersions(of name: String) async throws -> DocumentVersions {
        let input = DocumentWire.Describe(name: name)
        return try await send(
            JSONProtocol.call("DescribeDocument", repeatable: .always, input: input) {
                (wire: DocumentWire.Description, requestID) in
                guard let document = wire.document else { throw BrokenOutput(part: "Document") }
                return DocumentVersions(
                    latest: try required(document.latestVersion, "LatestVersion"),
                    default: try required(document.defaultVersion, "DefaultVersion"),
                    status: try required(document.status, "Status"),
                    type: try required(document.type, "DocumentType"),
                    owner: document.owner,
                    requestID: requestID
                )
            }
        )
    }
}

/// The document operations' inputs and outputs as JSON has them.
private enum DocumentWire {
    struct Get: Encodable {
        let name: String
        let version: String
        let format: String

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case version = "DocumentVersion"
            case format = "DocumentFormat"
        }
    }

    struct Content: Decodable {
        let name: String?
        let content: String?
        let version: String?
        let status: String?
        let type: String?

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case content = "Content"
            case version = "DocumentVersion"
            case status = "Status"
            case type = "DocumentType"
        }
    }

    struct Describe: Encodable {
        let name: String

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
        }
    }

    struct Description: Decodable {
        struct Document: Decodable {
            let latestVersion: String?
            let defaultVersion: String?
            let status: String?
            let type: String?
            let owner: String?

            private enum CodingKeys: String, CodingKey {
                case latestVersion = "LatestVersion"
                case defaultVersion = "DefaultVersion"
                case status = "Status"
                case type = "DocumentType"
                case owner = "Owner"
            }
        }

        let document: Document?

        private enum CodingKeys: String, CodingKey {
            case document = "Document"
        }
    }
}

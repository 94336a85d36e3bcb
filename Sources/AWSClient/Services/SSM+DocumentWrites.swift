extension SSM {
    /// What a write of a document made.
    public struct WrittenDocument: Sendable, Hashable {
        /// The version's number as text, for example `3`.
        public let version: String
        /// `Creating`, `Active`, `Updating`, `Deleting` or `Failed`; a new version is at first seldom active.
        public let status: String
        /// The request ID that CloudTrail knows; nil when the answer had none.
        public let requestID: String?
    }

    /// Makes a session document.
    ///
    /// - Parameters:
    ///   - name: Shape: 3 to 128 of `[a-zA-Z0-9_\-.]`.
    ///   - content: JSON, at most 64 KB.
    /// - Returns: Its first version, which is the default one.
    /// - Throws: ``AWSFailure``; among its codes `DocumentAlreadyExists`, `DocumentLimitExceeded` (500 in an account and
    ///   Region), `InvalidDocumentContent`, `MaxDocumentSizeExceeded`, `TooManyUpdates`.
    public func createDocument(named name: String, content: String) async throws -> WrittenDocument {
        let input = DocumentWriteWire.Create(name: name, content: content, type: "Session", format: "JSON")
        return try await send(
            JSONProtocol.call("CreateDocument", repeatable: .onlyWhenThrottled, input: input, output: Self.written)
        )
    }

    /// Makes a new version of a document; the default version stays what it is.
    ///
    /// - Parameters:
    ///   - name: The document.
    ///   - version: The number of its latest version as the caller knows it; where somebody has written another one since,
    ///     nothing is written.
    ///   - content: JSON, at most 64 KB.
    /// - Returns: The new version.
    /// - Throws: ``AWSFailure``; among its codes `InvalidDocument` (there is none), `InvalidDocumentVersion` (`version` is not
    ///   the latest), `DuplicateDocumentContent`, `DocumentVersionLimitExceeded` (1000), `TooManyUpdates`.
    public func updateDocument(
        named name: String,
        over version: String,
        content: String
    ) async throws -> WrittenDocument {
        // Only the latest version may be updated; "$LATEST" would be whichever that is by then.
        let input = DocumentWriteWire.Update(name: name, content: content, version: version, format: "JSON")
        return try await send(
            JSONProtocol.call("UpdateDocument", repeatable: .onlyWhenThrottled, input: input, output: Self.written)
        )
    }

    /// Makes a version the default one.
    ///
    /// - Parameters:
    ///   - version: A number; `$LATEST` is refused here.
    ///   - name: The document.
    /// - Throws: ``AWSFailure`` of kind `invalidDocument` when there is no such document or version.
    public func makeDefault(version: String, ofDocument name: String) async throws {
        let input = DocumentWriteWire.Version(name: name, version: version)
        let call: AWSCall<Void> = try JSONProtocol.call(
            "UpdateDocumentDefaultVersion",
            repeatable: .always,
            input: input
        ) { (_: DocumentWriteWire.Nothing, _) in }
        try await send(call)
    }

    /// Deletes one version of a document, or the whole of it.
    ///
    /// - Parameters:
    ///   - name: The document.
    ///   - version: A number that is not the default version's; nil for the whole document.
    /// - Throws: ``AWSFailure``; among its codes `InvalidDocument` (there is none), `InvalidDocumentOperation` (it is still
    ///   shared), `AssociatedInstances`, `TooManyUpdates`.
    public func deleteDocument(named name: String, version: String? = nil) async throws {
        let input = DocumentWriteWire.Version(name: name, version: version)
        let call: AWSCall<Void> = try JSONProtocol.call(
            "DeleteDocument",
            repeatable: .onlyWhenThrottled,
            input: input
        ) { (_: DocumentWriteWire.Nothing, _) in }
        try await send(call)
    }

    @Sendable private static func written(
        _ wire: DocumentWriteWire.Written,
        _ requestID: String?
    ) throws -> WrittenDocument {
        guard let document = wire.description else { throw BrokenOutput(part: "DocumentDescription") }
        return WrittenDocument(
            version: try required(document.version, "DocumentVersion"),
            status: try required(document.status, "Status"),
            requestID: requestID
        )
    }
}

/// The writes' inputs and outputs as JSON has them.
private enum DocumentWriteWire {
    struct Create: Encodable {
        let name: String
        let content: String
        let type: String
        let format: String

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case content = "Content"
            case type = "DocumentType"
            case format = "DocumentFormat"
        }
    }

    struct Update: Encodable {
        let name: String
        let content: String
        let version: String
        let format: String

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case content = "Content"
            case version = "DocumentVersion"
            case format = "DocumentFormat"
        }
    }

    struct Version: Encodable {
        let name: String
        let version: String?

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case version = "DocumentVersion"
        }
    }

    struct Written: Decodable {
        struct Description: Decodable {
            let version: String?
            let status: String?

            private enum CodingKeys: String, CodingKey {
                case version = "DocumentVersion"
                case status = "Status"
            }
        }

        let description: Description?

        private enum CodingKeys: String, CodingKey {
            case description = "DocumentDescription"
        }
    }

    struct Nothing: Decodable {}
}

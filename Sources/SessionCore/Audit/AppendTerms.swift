/// What must hold for a record to be appended, and what changes with it: all in the record's own transaction, or nothing.
public struct AppendTerms: Sendable, Hashable {
    /// How many sessions the owner of an intent may have; nil for any number.
    ///
    /// It means nothing for other records.
    public var limit: SessionLimit?
    /// The record is refused while any of these is blocked.
    public var unlessBlocked: [BlockKey]
    /// The version of the role map that the record publishes, behind the one before it; its chunks are in the store already.
    public var publishing: RoleMapVersion?
    /// What the record changes about the blocks in force.
    public var blocking: BlockChange?

    /// Makes terms; without arguments the record is appended whatever else holds.
    public init(
        limit: SessionLimit? = nil,
        unlessBlocked: [BlockKey] = [],
        publishing: RoleMapVersion? = nil,
        blocking: BlockChange? = nil
    ) {
        self.limit = limit
        self.unlessBlocked = unlessBlocked
        self.publishing = publishing
        self.blocking = blocking
    }
}

extension AuditStore {
    /// Appends one record durably, on no terms; see ``append(_:terms:)``.
    public func append(_ record: AuditRecord) async throws -> ChainedRecord {
        try await append(record, terms: AppendTerms())
    }

    /// Appends one record durably, holding an intent to a limit; see ``append(_:terms:)``.
    public func append(_ record: AuditRecord, limit: SessionLimit?) async throws -> ChainedRecord {
        try await append(record, terms: AppendTerms(limit: limit))
    }
}

/// Where published role maps are kept, for good.
///
/// A publication has two steps. First ``keep(_:)`` stores the map's bytes in chunks, which nobody sees. Then the audit record of the
/// publication, the version and the move of the pointer go in together (``AppendTerms/publishing``), on the condition that the current
/// version is still the one before; who comes second gets ``AuditStoreFailure/mapChanged(current:)``. A publication that stops between
/// the two leaves chunks that no version names. Versions and chunks never change.
public protocol RoleMapStore: Sendable {
    /// Which version is the current one, after every acknowledged publication; nil before the first.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``, or ``RoleMapDamage``.
    func pointer() async throws -> RoleMapPointer?

    /// Stores a map's chunks; what is there already stays.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``, or ``RoleMapDamage`` when a chunk of that name is there with other bytes.
    func keep(_ chunks: RoleMapChunks) async throws

    /// One version with its map, every hash of which has been checked; nil when there is none of that number.
    ///
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``, or ``RoleMapDamage``.
    func map(_ number: Int64) async throws -> PublishedRoleMap?

    /// Versions without their maps, newest first.
    ///
    /// - Parameters:
    ///   - before: Only versions with a smaller number; nil for all.
    ///   - limit: How many at most.
    /// - Returns: The versions.
    /// - Throws: ``AuditStoreFailure/unavailable(_:)``, or ``RoleMapDamage``.
    func versions(before: Int64?, limit: Int) async throws -> [RoleMapVersion]
}

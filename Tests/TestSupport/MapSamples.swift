package import SessionCore

/// Published maps for tests of stores, which never look into one.
package enum MapSamples {
    /// Bytes that are no map, as many as asked for; another seed makes others.
    package static func bytes(_ count: Int, seed: UInt8 = 0) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) ^ seed }
    }

    /// The version that publishes those chunks.
    package static func version(_ number: Int64, of chunks: RoleMapChunks, note: String? = "why") -> RoleMapVersion {
        RoleMapVersion(
            number: number,
            hash: chunks.hash,
            chunks: chunks.chunks.map(\.hash),
            published: AuditSamples.time(Int(number)),
            by: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_BrokerAdmin_0123456789abcdef/alice",
            note: note,
            summary: ["entries": ["added": .integer(number)]]
        )
    }

    /// The record of a publication.
    package static func record(_ number: Int, of version: RoleMapVersion) throws -> AuditRecord {
        var record = try AuditSamples.record(number, .mapPublished, permissionSet: "BrokerAdmin")
        record.access = nil
        record.details = ["number": "\(version.number)", "base": "\(version.base)", "hash": version.hash]
        return record
    }
}

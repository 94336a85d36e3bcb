/// One published version of the role map, without the map.
public struct RoleMapVersion: Sendable, Hashable {
    /// 1 for the first, then one more each time.
    public var number: Int64
    /// The SHA-256 of the map's canonical bytes, in hexadecimal.
    public var hash: String
    /// The SHA-256 of each chunk of those bytes, in hexadecimal, in order.
    public var chunks: [String]
    /// When it was published.
    public var published: Timestamp
    /// Who published it: the caller's ARN.
    public var by: String
    /// What they said about it; nil for nothing.
    public var note: String?
    /// What it changed, bounded: counts, first names and hashes.
    public var summary: JSON
    /// Whether its publisher asked for the end of the sessions that it forbids.
    public var endsSessions: Bool

    /// Makes a version.
    public init(
        number: Int64,
        hash: String,
        chunks: [String],
        published: Timestamp,
        by: String,
        note: String?,
        summary: JSON,
        endsSessions: Bool = false
    ) {
        self.number = number
        self.hash = hash
        self.chunks = chunks
        self.published = published
        self.by = by
        self.note = note
        self.summary = summary
        self.endsSessions = endsSessions
    }

    /// The number of the version that it was made from; 0 when it is the first.
    public var base: Int64 { number - 1 }

    /// What points to this version once it is the current one.
    public var pointer: RoleMapPointer { RoleMapPointer(number: number, hash: hash, published: published, by: by) }

    /// The version as a store keeps it.
    ///
    /// Shape: `{"by":"arn:…","chunks":["<hex>"],"hash":"<hex>","note":"…","number":3,"published":"…Z","summary":{…}}`; with `"endsSessions":true` where
    /// that was asked for.
    public var json: JSON {
        .compact([
            "by": .string(by),
            "chunks": .array(chunks.map(JSON.string)),
            "endsSessions": endsSessions ? true : nil,
            "hash": .string(hash),
            "note": note.map(JSON.string),
            "number": .integer(number),
            "published": .string(published.description),
            "summary": summary,
        ])
    }

    /// Reads a version; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let pointer = RoleMapPointer(json: json), let elements = json["chunks"]?.elements,
            let summary = json["summary"]
        else { return nil }
        let chunks = elements.compactMap(\.text)
        guard chunks.count == elements.count, !chunks.isEmpty else { return nil }
        self.init(
            number: pointer.number,
            hash: pointer.hash,
            chunks: chunks,
            published: pointer.published,
            by: pointer.by,
            note: json["note"]?.text,
            summary: summary,
            endsSessions: json["endsSessions"] == true
        )
    }
}

/// Says which published version of the role map is the current one.
public struct RoleMapPointer: Sendable, Hashable {
    /// The version's number, from 1.
    public var number: Int64
    /// The SHA-256 of the map's canonical bytes, in hexadecimal.
    public var hash: String
    /// When it was published.
    public var published: Timestamp
    /// Who published it: the caller's ARN.
    public var by: String

    /// Makes a pointer.
    public init(number: Int64, hash: String, published: Timestamp, by: String) {
        self.number = number
        self.hash = hash
        self.published = published
        self.by = by
    }

    /// The pointer as a store keeps it.
    public var json: JSON {
        [
            "by": .string(by), "hash": .string(hash), "number": .integer(number),
            "published": .string(published.description),
        ]
    }

    /// Reads a pointer; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let number = json["number"]?.number, number > 0, let hash = json["hash"]?.text, let by = json["by"]?.text,
            let published = json["published"]?.text.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(number: number, hash: hash, published: published, by: by)
    }
}

/// A published version of the role map with the map.
public struct PublishedRoleMap: Sendable, Hashable {
    /// The version.
    public var version: RoleMapVersion
    /// The map's canonical bytes, which have the version's hash.
    public var bytes: [UInt8]

    /// Puts a version and its map together; nothing is checked.
    public init(version: RoleMapVersion, bytes: [UInt8]) {
        self.version = version
        self.bytes = bytes
    }
}

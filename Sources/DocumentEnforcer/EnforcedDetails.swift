internal import SessionCore

/// What the record of a visit says.
///
/// Shape of `documents`: JSON, `[{"did":["written","promoted"],"from":"3","hash":"…","name":"…","to":"4","what":"repaired"}]`.
enum EnforcedDetails {
    /// How many documents a record names; a record must fit a store's item, and a place may have 450 documents.
    static let maximumDocuments = 100

    static func of(_ changes: [EnforcedChange], in place: Place, map: PublishedMap, trigger: Trigger) -> [String:
        String]
    {
        [
            "account": place.account.digits,
            "changed": String(changes.count),
            "documents": JSON.array(changes.prefix(maximumDocuments).map(\.json)).canonicalText,
            "hash": map.map.version,
            "number": String(map.number),
            "region": place.region.name,
            "trigger": trigger.rawValue,
        ]
    }
}

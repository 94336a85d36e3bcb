internal import SessionCore

/// What the records of a visit say: one record for each hundred of its changes, so that every change is in one.
///
/// Shape of `documents`: JSON, `[{"did":["written","promoted"],"from":"3","hash":"…","name":"…","to":"4","what":"repaired"}]`.
enum EnforcedDetails {
    /// How many documents a record names; a record must fit a store's item, and a place may have 450 documents.
    static let maximumDocuments = 100

    static func of(_ changes: [EnforcedChange], in place: Place, map: PublishedMap, trigger: Trigger) -> [[String:
        String]]
    {
        stride(from: 0, to: changes.count, by: maximumDocuments).map { start in
            let part = changes[start..<min(start + maximumDocuments, changes.count)]
            return [
                "account": place.account.digits,
                "changed": String(part.count),
                "documents": JSON.array(part.map(\.json)).canonicalText,
                "hash": map.map.version,
                "number": String(map.number),
                "region": place.region.name,
                "trigger": trigger.rawValue,
            ]
        }
    }
}

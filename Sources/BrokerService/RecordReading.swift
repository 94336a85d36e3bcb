internal import SessionCore

extension Broker {
    /// Leaves the record of a reading, with what is asked for, before anything is shown.
    ///
    /// A command of many pages names the record of its first, and needs no other for an hour. The record speaks for itself: it was
    /// written for this caller, not long ago, and says at least as much as what is asked for now. Whatever else is named, or nothing,
    /// makes a record. So nobody reads what no record of theirs tells, and brokers share nothing but the log.
    ///
    /// - Returns: Where the record stands.
    func recordRead(
        _ reading: AuditReading,
        _ going: GoingReading,
        by caller: CallerIdentity,
        in exchange: Exchange
    ) async throws -> ReadReference {
        if let reference = going.reference,
            try await isRecorded(reading, at: reference, by: caller, in: exchange)
        {
            return reference
        }
        let text = (going.isOfEverything ? .everything : reading).text
        return ReadReference(try await recordRead(text, in: exchange))
    }

    /// Leaves the record of a reading that has no further pages, before anything is shown.
    @discardableResult
    func recordRead(_ filter: String, in exchange: Exchange) async throws -> ChainedRecord {
        let details = ["filter": filter.printable(maximumLength: 1024)]
        return try await append(exchange.record(.read, details: details), in: exchange)
    }

    private func isRecorded(
        _ reading: AuditReading,
        at place: ReadReference,
        by caller: CallerIdentity,
        in exchange: Exchange
    ) async throws -> Bool {
        let found = try await dependencies.audit.chain(place.chain, from: place.sequence, limit: 1).first
        guard let found, found.sequence == place.sequence, let record = found.record, record.event == .read,
            record.caller?.owner == caller.owner,
            exchange.received < record.time.advanced(bySeconds: ReadReference.lifetime),
            let recorded = record.details["filter"].flatMap(AuditReading.init(text:))
        else { return false }
        return recorded.covers(reading)
    }
}

/// A reading that may be part of one under way: the query parameter `read`, and the others.
struct GoingReading: Sendable {
    /// Where the record of the reading stands, as the caller says.
    let reference: ReadReference?
    /// Whether the caller begins to read everything.
    let isOfEverything: Bool
    /// The other parameters.
    let others: [(name: String, value: String)]

    /// Takes `read` out of a query.
    ///
    /// - Parameters:
    ///   - parameters: Names and values as they came.
    ///   - mayTakeAll: Whether everything may be read by the route.
    /// - Throws: ``Problem`` with `QUERY_INVALID`.
    init(_ parameters: [(name: String, value: String)], mayTakeAll: Bool = true) throws(Problem) {
        let named = parameters.filter { $0.name == "read" }
        others = parameters.filter { $0.name != "read" }
        isOfEverything = mayTakeAll && named.first?.value == "all"
        reference = named.first.flatMap { ReadReference($0.value) }
        guard named.isEmpty || (named.count == 1 && (isOfEverything || reference != nil)) else {
            throw Problem(
                .queryInvalid,
                detail: mayTakeAll
                    ? "read takes the read of an answer before, or all to begin reading everything, and that once."
                    : "read takes the read of an answer before, and that once.",
                next: "Leave read out to begin a new reading."
            )
        }
    }
}

extension JSON {
    /// An answer with the place of the record of its reading.
    func naming(_ read: ReadReference) -> JSON {
        var members = members ?? [:]
        members["read"] = .string(read.text)
        return .object(members)
    }
}

internal import SessionCore

/// A change of one document, as the record of a visit tells it.
struct EnforcedChange: Sendable, Hashable {
    /// What kind of change it was.
    enum Kind: String, Sendable, Hashable {
        /// It was missing because no map before asked for it.
        case created
        /// An older map, or nobody, had given it another content.
        case replaced
        /// Its latest version was right and not the default one.
        case promoted
        /// It was right once and somebody had changed, shared or deleted it.
        case repaired
        /// The map has it no longer.
        case deleted
        /// It is as wanted, and has another version than the one last kept, or none was kept: a change whose record is missing, or
        /// somebody's change there and back.
        case noticed
        /// It is not as wanted; what was done did not suffice.
        case failed
    }

    let name: String
    let kind: Kind
    let deeds: [DocumentOutcome.Deed]
    /// The default version before and after; nil when there was none.
    let from: String?
    let to: String?
    let hash: String?

    /// Reads an outcome; nil when nothing was changed.
    init?(_ outcome: DocumentOutcome, last: RolloutDocument?) {
        let to = outcome.now.map { String($0.default) }
        if outcome.deeds.isEmpty {
            guard outcome.problem == nil, let to, last?.version != to else { return nil }
            self.init(name: outcome.name, kind: .noticed, deeds: [], from: last?.version, to: to, hash: outcome.hash)
            return
        }
        self.init(
            name: outcome.name,
            kind: outcome.kind(last: last),
            deeds: outcome.deeds,
            from: outcome.before.map { String($0.default) },
            to: to,
            hash: outcome.hash
        )
    }

    /// A document that was there and is neither wanted nor there any more.
    init(vanished last: RolloutDocument) {
        self.init(name: last.name, kind: .deleted, deeds: [], from: last.version, to: nil, hash: nil)
    }

    private init(
        name: String,
        kind: Kind,
        deeds: [DocumentOutcome.Deed],
        from: String?,
        to: String?,
        hash: String?
    ) {
        self.name = name
        self.kind = kind
        self.deeds = deeds
        self.from = from
        self.to = to
        self.hash = hash
    }

    /// The change as a record has it.
    var json: JSON {
        .compact([
            "did": deeds.isEmpty ? nil : .array(deeds.map { .string($0.rawValue) }),
            "from": from.map(JSON.string),
            "hash": hash.map(JSON.string),
            "name": .string(name),
            "to": to.map(JSON.string),
            "what": .string(kind.rawValue),
        ])
    }
}

extension DocumentOutcome {
    /// What kind of change it was.
    ///
    /// - Parameter last: How the document was last kept: with the hash that is wanted now, it was right before.
    /// - Returns: The kind; of an outcome with deeds or a problem.
    func kind(last: RolloutDocument?) -> EnforcedChange.Kind {
        if problem != nil { return .failed }
        if now == nil { return .deleted }
        let wasRight = last?.hash != nil && last?.hash == hash
        if wasRight { return deeds == [.promoted] ? .promoted : .repaired }
        if deeds.contains(.created) { return before == nil ? .created : .replaced }
        if deeds.contains(.written) { return .replaced }
        return deeds.contains(.promoted) ? .promoted : .repaired
    }

    /// How the document stands; nil when it is neither there nor wanted.
    func standing(last: RolloutDocument?) -> RolloutDocument? {
        if deeds.isEmpty, problem == nil, now == nil { return nil }
        let state: RolloutDocument.State =
            switch deeds.isEmpty && problem == nil ? .noticed : kind(last: last) {
            case .created: .created
            case .replaced: .replaced
            case .promoted: .promoted
            case .repaired: .repaired
            case .deleted: .deleted
            case .noticed: .current
            case .failed: .failed
            }
        // A failed document has whatever content it has; its hash must not pass for the map's.
        return RolloutDocument(
            name: name,
            state: state,
            version: now.map { String($0.default) },
            hash: now == nil || problem != nil ? nil : hash
        )
    }
}

/// What a new map does to one document, in some accounts and Regions.
public struct DocumentChange: Sendable, Hashable {
    /// What happens.
    public enum Change: String, Sendable, Hashable {
        /// It stands there for the first time.
        case created
        /// Its content is another.
        case replaced
        /// It is taken away.
        case deleted
    }

    /// The document's name.
    public let name: String
    /// What happens to it.
    public let change: Change
    /// In which accounts.
    public let accounts: AccountScope
    /// In which Regions, in order; empty for all.
    public let regions: [Region]

    var json: JSON {
        .compact([
            "accounts": accounts.json, "change": .string(change.rawValue),
            "count": accounts.count.map { .integer(Int64($0)) }, "name": .string(name),
            "regions": .array(regions.map { .string($0.name) }),
        ])
    }

    /// What happens to the preferences of sessions that do not come through the broker; nil when nothing does.
    ///
    /// Which accounts a unit has, the map does not know: where units say something else, every account may change that has no user of
    /// its own. Where the new map names nobody, preferences stay as they are.
    static func preferences(from old: RoleMap?, to new: RoleMap) -> DocumentChange? {
        let now = new.preferences
        let was = old?.preferences
        let isGeneral = now.runAsDefaultUser != nil || !now.organizationalUnits.isEmpty
        let differs =
            was?.runAsDefaultUser != now.runAsDefaultUser
            || (was?.organizationalUnits ?? [:]) != now.organizationalUnits
        let named = Set(now.accounts.keys).union((was?.accounts ?? [:]).keys)
        let changed = named.filter { account in
            was?.accounts[account] != now.accounts[account] && (now.accounts[account] != nil || isGeneral)
        }
        let accounts: AccountScope =
            isGeneral && differs ? .every(except: Set(now.accounts.keys).subtracting(changed)) : .only(changed)
        let touched = accounts.subtracting(.only(new.rollout.closedAccounts))
        guard !touched.isEmpty else { return nil }
        return DocumentChange(
            name: RunAsPreference.document,
            change: .replaced,
            accounts: touched,
            regions: new.regions
        )
    }

    /// What happens to the documents of one entry.
    static func all(of id: PermissionSetName, from old: RoleMap?, to new: RoleMap) -> [DocumentChange] {
        let was = old.flatMap { map in map.entries[id].map { Reach($0, in: map) } } ?? Reach.none
        let now = new.entries[id].map { Reach($0, in: new) } ?? Reach.none
        let untouched = AccountScope.only(new.rollout.excludedAccounts)
        return SessionKind.allCases.flatMap { kind in
            // Nothing is written in an excluded account, so what stands there stays.
            changes(of: kind, id: id, from: was.only(kind), to: now.only(kind), untouched: untouched)
        }
    }

    private static func changes(
        of kind: SessionKind,
        id: PermissionSetName,
        from was: Reach,
        to now: Reach,
        untouched: AccountScope
    ) -> [DocumentChange] {
        let name = SessionDocument.name(kind, of: id)
        var found: [DocumentChange] = []
        let add = { (change: Change, accounts: AccountScope, regions: Set<Region>?) in
            guard !accounts.isEmpty, regions?.isEmpty != true else { return }
            found.append(.init(name: name, change: change, accounts: accounts, regions: (regions ?? []).sorted()))
        }
        add(.created, now.accounts.subtracting(was.accounts), now.regions)
        add(.deleted, was.accounts.subtracting(now.accounts).subtracting(untouched), was.regions)
        let common = now.accounts.intersection(was.accounts)
        guard let before = was.entry, let after = now.entry, !common.isEmpty else { return found }
        switch (was.regions, now.regions) {
        case (let old?, let new?):
            add(.created, common, new.subtracting(old))
            add(.deleted, common, old.subtracting(new))
            add(.replaced, common.intersection(replaced(kind, id, before, after)), new.intersection(old))
        case (nil, let some), (let some, nil):
            // One of the maps goes to every Region, and only AWS knows which those are.
            add(.replaced, common.intersection(replaced(kind, id, before, after)), some)
        }
        return found
    }

    /// Where the content differs: everywhere, or only in accounts whose own logging does.
    private static func replaced(
        _ kind: SessionKind,
        _ id: PermissionSetName,
        _ was: RoleMap.Entry,
        _ now: RoleMap.Entry
    ) -> AccountScope {
        guard was != now else { return .only([]) }
        let own = Set(was.logging.ownAccounts).union(now.logging.ownAccounts)
        let differs = { (place: SessionDocument.Place) in
            SessionDocument(kind, of: id, entry: was, in: place).hash
                != SessionDocument(kind, of: id, entry: now, in: place).hash
        }
        // Any Region shows the difference, because texts name Regions by the same variable.
        guard let region = try? Region("eu-west-1") else { return .every(except: []) }
        let changed = own.filter { differs(.account($0, region)) }
        return differs(.template) ? .every(except: own.subtracting(changed)) : .only(changed)
    }
}

/// Where the documents of an entry stand.
private struct Reach {
    static let none = Reach()

    private(set) var entry: RoleMap.Entry?
    private(set) var accounts = AccountScope.only([])
    /// Nil for every Region that there is.
    private(set) var regions: Set<Region>?

    private init() {}

    init(_ entry: RoleMap.Entry, in map: RoleMap) {
        self.entry = entry
        accounts = AccountScope(of: entry, in: map)
        let named = entry.nodes.regions.isEmpty ? map.rollout.regions : entry.nodes.regions
        regions = named.isEmpty ? nil : named.filter(map.rollout.admits)
    }

    /// Nowhere when the entry does not allow a kind.
    func only(_ kind: SessionKind) -> Reach {
        entry?.kinds.contains(kind) == true ? self : .none
    }
}

extension RoleMap.LoggingRule {
    /// The accounts that have logging of their own here.
    fileprivate var ownAccounts: [AccountID] {
        guard case .inherit(let central) = self else { return [] }
        return Array(central.accounts.keys)
    }
}

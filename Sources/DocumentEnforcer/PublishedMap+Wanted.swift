internal import SessionCore

extension PublishedMap {
    /// Why nothing is done in an account.
    enum Exclusion: Sendable, Hashable {
        /// The map leaves it out.
        case excluded
        /// The map leaves the management account out.
        case management
        /// It is suspended or being closed.
        case closed
        /// It has left the organisation, or the deployment looks after it no longer.
        case left
        /// The map does not go to the Region, and nothing of ours is there.
        case region

        /// The reason as people read it.
        var text: String {
            switch self {
            case .excluded: "the role map leaves this account out (rollout.excludedAccounts)"
            case .management: "the role map leaves the management account out (rollout.managementAccount)"
            case .closed: "AWS Organizations does not have this account as active"
            case .left: "this account is none that the broker's deployment looks after"
            case .region: "the role map does not go to this Region (rollout.regions)"
            }
        }
    }

    /// The Regions that documents go to.
    var regions: [Region] { map.regions }

    /// Why nothing is done in an account; nil when something is.
    func exclusion(of account: MemberAccount) -> Exclusion? {
        if !account.isActive { return .closed }
        if map.rollout.excludedAccounts.contains(account.id) { return .excluded }
        if account.isManagement, !map.rollout.includesManagementAccount { return .management }
        return nil
    }

    /// Whether the map gives an account up, so that our documents there go.
    func isRetired(_ account: AccountID) -> Bool { map.rollout.retiredAccounts.contains(account) }

    /// What the documents of a place must be: those that the map renders, by name, and the preferences.
    ///
    /// In an account that the map gives up there are none of ours, and its preferences stay as they are: protection that somebody
    /// may rely on until the account is closed. The same holds in a Region that the map does not go to.
    func wanted(in place: Place, of account: MemberAccount) -> [WantedDocument] {
        guard regions.contains(place.region) else { return [] }
        let documents = SessionDocument.all(of: map, in: (account: place.account, region: place.region))
        let preference = RunAsPreference(
            map,
            account: place.account,
            organizationalUnits: account.organizationalUnits
        )
        return documents.sorted { $0.name < $1.name }.map { .whole($0) } + (preference.user.map { [.runAs($0)] } ?? [])
    }
}

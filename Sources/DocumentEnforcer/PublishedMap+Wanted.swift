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

        /// The reason as people read it.
        var text: String {
            switch self {
            case .excluded: "the role map excludes this account (rollout.excludedAccounts)"
            case .management: "the role map leaves the management account out (rollout.managementAccount)"
            case .closed: "AWS Organizations does not have this account as active"
            }
        }
    }

    /// The Regions that documents go to.
    var regions: [Region] {
        Set(map.entries.values.flatMap(\.nodes.regions)).sorted()
    }

    /// Why nothing is done in an account; nil when something is.
    func exclusion(of account: MemberAccount) -> Exclusion? {
        if !account.isActive { return .closed }
        if account.isManagement { return .management }
        return nil
    }

    /// Whether the map gives an account up, so that our documents there may go.
    func isRetired(_ account: AccountID) -> Bool { false }

    /// What the documents of a place must be, those that the map renders and the preferences last.
    func wanted(in place: Place, of account: MemberAccount) -> [WantedDocument] {
        map.entries.sorted { $0.key.name < $1.key.name }
            .filter { entry in
                let nodes = entry.value.nodes
                return (nodes.accounts.isEmpty || nodes.accounts.contains(place.account))
                    && (nodes.regions.isEmpty || nodes.regions.contains(place.region))
            }
            .flatMap { entry in
                entry.value.kinds.map { kind in
                    .whole(
                        SessionDocument(
                            kind,
                            of: entry.key,
                            entry: entry.value,
                            in: .account(place.account, place.region)
                        )
                    )
                }
            }
    }
}

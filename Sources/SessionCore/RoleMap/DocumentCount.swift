/// How many documents a map brings into one account and Region, at most.
///
/// Systems Manager takes 500 for an account and Region; some are left to the account's own.
/// Source: AWS General Reference, "AWS Systems Manager endpoints and quotas".
struct DocumentCount {
    /// The most documents of a map in one account and Region.
    static let maximum = 450

    private struct Place: Hashable {
        /// Nil for every one.
        let account: AccountID?
        /// Nil for every one.
        let region: Region?
    }

    private var counts: [Place: Int] = [:]
    private let draft: RoleMap.Draft

    /// Counts; the work grows with what entries name, not with accounts times Regions.
    init(_ draft: RoleMap.Draft) {
        self.draft = draft
        for entry in draft.parts.entries.values {
            var accounts = entry.nodes.accounts.map(Optional.some)
            if case .role(let role) = entry.holder { accounts = [role.account] }
            for account in accounts.isEmpty ? [nil] : accounts {
                for region in entry.nodes.regions.isEmpty ? [nil] : entry.nodes.regions.map(Optional.some) {
                    counts[Place(account: account, region: region), default: 0] += entry.kinds.count
                }
            }
        }
    }

    /// The fullest places, where there are too many.
    var problems: [JSONReader.Problem] {
        // Nil stands for a place that no entry names: what goes everywhere goes there too, and nothing else does.
        var regions: [AccountID?: Set<Region?>] = [:]
        for place in counts.keys { regions[place.account, default: [nil]].insert(place.region) }
        // Elsewhere an account has only what every account has there, so of all other Regions the fullest is enough.
        let fullest = fullestRegion
        var full: [AccountID?: (region: Region?, count: Int)] = [:]
        for (account, named) in regions {
            for region in named.union([fullest]) {
                let count = count(account, region)
                // Equal counts are told apart by name, so that the same map always gets the same words.
                let worst = full[account].map { ($0.count, $0.region?.name ?? "") } ?? (Self.maximum, "~")
                if (count, region?.name ?? "") > worst { full[account] = (region, count) }
            }
        }
        // What is too much for every account need not be said of each.
        let shown =
            full[nil].map { [(nil, $0)] }
            ?? full.sorted { ($0.key?.digits ?? "") < ($1.key?.digits ?? "") }.map { ($0.key, $0.value) }
        return shown.map { account, worst in
            let holder = account.map { "account \($0)" } ?? "every account"
            let region = worst.region.map { ", Region \($0)" } ?? ""
            return JSONReader.Problem(
                path: ["permissionSets"],
                explanation:
                    "In \(holder)\(region) there would be \(worst.count) session documents; at most \(Self.maximum) are put there. Narrow nodes.accounts or nodes.regions, or give fewer kinds of session."
            )
        }
    }

    /// How many documents there are in a place.
    private func count(_ account: AccountID?, _ region: Region?) -> Int {
        var count = counts[Place(account: nil, region: nil)] ?? 0
        if account != nil { count += counts[Place(account: account, region: nil)] ?? 0 }
        if region != nil { count += counts[Place(account: nil, region: region)] ?? 0 }
        if account != nil, region != nil { count += counts[Place(account: account, region: region)] ?? 0 }
        return count
    }

    /// The Region that has the most of what goes to every account; nil when nothing of that is for one Region alone.
    private var fullestRegion: Region? {
        counts.filter { $0.key.account == nil && $0.key.region != nil }
            .max { ($0.value, $0.key.region?.name ?? "") < ($1.value, $1.key.region?.name ?? "") }?
            .key.region
    }
}

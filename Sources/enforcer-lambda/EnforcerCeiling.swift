import DocumentEnforcer
import LambdaRoot
import SessionCore

/// What no publication of the map can exceed, as far as documents go.
struct EnforcerCeiling: Sendable, Hashable {
    /// What stands for every account of the organisation.
    private static let wholeOrganization = "organization"

    /// The accounts where anything is written; nil for all of the organisation.
    let accounts: Set<AccountID>?
    /// Linux users that no document may name, beside the reserved ones.
    let forbiddenLinuxUsers: Set<String>

    /// Reads the deployment's variables; what is wrong the reader then says.
    init(_ reader: inout EnvironmentReader<Configuration.Key>) {
        let isWhole = reader.optional(.allowedAccounts, "") { $0 } == Self.wholeOrganization
        let organization = reader.optional(.organization, "an organisation's id as o-abcde12345") { $0 }
        forbiddenLinuxUsers = Set(reader.list(.forbiddenLinuxUsers, "Linux users") { try? LinuxUser($0).name })
        guard !isWhole else {
            accounts = nil
            if organization == nil {
                let needed = Configuration.Key.organization.rawValue
                reader.note(.allowedAccounts, "takes \(Self.wholeOrganization) only where \(needed) is set")
            }
            return
        }
        let listed = reader.list(
            .allowedAccounts,
            "account numbers of twelve digits",
            orElse: ", or the word \(Self.wholeOrganization)"
        ) { try? AccountID($0) }
        accounts = Set(listed)
        if listed.isEmpty, !reader.hasProblem(.allowedAccounts) {
            reader.note(.allowedAccounts, "needs at least one account; without any, nothing would be written")
        }
    }

    /// What a map would exceed, for the log; nil when it keeps within the ceiling.
    func objection(to map: RoleMap) -> String? {
        let named = map.entries.values.map(\.linuxUser.name) + map.preferences.users.map(\.name)
        let forbidden = Set(named).intersection(forbiddenLinuxUsers).sorted()
        guard let first = forbidden.first else { return nil }
        return "the map names \(forbidden.count) forbidden Linux users, \(first) among them"
    }
}

/// The organisation without the accounts that the deployment leaves out: nothing is written there, whoever names them.
struct AllowedOrganization: Organization {
    let whole: any Organization
    let ceiling: EnforcerCeiling

    func accounts(until deadline: Timestamp) async throws -> [MemberAccount] {
        try await whole.accounts(until: deadline).filter { allows($0.id) }
    }

    func account(_ id: AccountID, until deadline: Timestamp) async throws -> MemberAccount? {
        allows(id) ? try await whole.account(id, until: deadline) : nil
    }

    private func allows(_ account: AccountID) -> Bool { ceiling.accounts?.contains(account) ?? true }
}

extension RoleMap.Preferences {
    /// Every user that the preferences name.
    fileprivate var users: [LinuxUser] {
        [runAsDefaultUser].compactMap { $0 } + organizationalUnits.values + accounts.values
    }
}

public import SessionCore

/// AWS Organizations, as its management account or a delegated administrator sees it.
///
/// Every call throws ``AWSFailure``. There is one endpoint for a whole partition.
public struct Organizations: Sendable {
    let client: AWSClient
    let region: Region
    let credentials: AWSCredentials

    /// Makes a caller.
    ///
    /// - Parameters:
    ///   - client: Calls AWS.
    ///   - region: Any Region of the partition; Organizations itself is in one of its own.
    ///   - credentials: Of the management account or of a delegated administrator.
    public init(client: AWSClient, region: Region, credentials: AWSCredentials) {
        self.client = client
        self.region = region
        self.credentials = credentials
    }

    func send<Output>(_ call: AWSCall<Output>) async throws -> Output {
        try await client.send(call, in: region, as: credentials)
    }

    /// An account of the organisation.
    public struct Account: Sendable, Hashable {
        /// The account.
        public let id: AccountID
        /// `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, and in newer answers `PENDING_ACTIVATION` and `CLOSED` too.
        public let state: String
    }

    /// One page of a list; Organizations may give empty pages before the last one.
    public struct Page<Element: Sendable & Hashable>: Sendable, Hashable {
        /// What the page holds.
        public let elements: [Element]
        /// Where the next page begins; nil when this is the last one.
        public let next: String?
    }

    /// Lists the ids of the organisation's roots, of which there is one, for example `r-ab12`.
    public func roots(from token: String? = nil) async throws -> Page<String> {
        let input = OrganizationsWire.List(token: token)
        return try await send(
            JSONProtocol.call(of: .organizations, "ListRoots", repeatable: .always, input: input) {
                (wire: OrganizationsWire.Roots, _) in
                Page(elements: try (wire.roots ?? []).map { try required($0.id, "Id") }, next: wire.next)
            }
        )
    }

    /// Lists the ids of the organisational units directly in a root or unit, for example `ou-ab12-11111111`.
    public func organizationalUnits(in parent: String, from token: String? = nil) async throws -> Page<String> {
        let input = OrganizationsWire.List(parent: parent, token: token)
        return try await send(
            JSONProtocol.call(of: .organizations, "ListOrganizationalUnitsForParent", repeatable: .always, input: input)
            { (wire: OrganizationsWire.Units, _) in
                Page(elements: try (wire.units ?? []).map { try required($0.id, "Id") }, next: wire.next)
            }
        )
    }

    /// Lists the accounts directly in a root or organisational unit.
    public func accounts(in parent: String, from token: String? = nil) async throws -> Page<Account> {
        let input = OrganizationsWire.List(parent: parent, token: token)
        return try await send(
            JSONProtocol.call(of: .organizations, "ListAccountsForParent", repeatable: .always, input: input) {
                (wire: OrganizationsWire.Accounts, _) in
                Page(elements: try (wire.accounts ?? []).map(Self.account), next: wire.next)
            }
        )
    }

    /// Asks for one account.
    ///
    /// - Throws: ``AWSFailure`` with code `AccountNotFoundException` when the organisation has no such account.
    public func account(_ id: AccountID) async throws -> Account {
        let input = OrganizationsWire.OneAccount(id: id.digits)
        return try await send(
            JSONProtocol.call(of: .organizations, "DescribeAccount", repeatable: .always, input: input) {
                (wire: OrganizationsWire.Described, _) in
                guard let account = wire.account else { throw BrokenOutput(part: "Account") }
                return try Self.account(account)
            }
        )
    }

    /// Asks for the id of the root or organisational unit in which an account or a unit is.
    public func parent(of child: String) async throws -> String {
        let input = OrganizationsWire.Child(id: child)
        return try await send(
            JSONProtocol.call(of: .organizations, "ListParents", repeatable: .always, input: input) {
                (wire: OrganizationsWire.Parents, _) in
                try required(wire.parents?.first?.id, "Parents")
            }
        )
    }

    /// Asks for the organisation's management account.
    public func managementAccount() async throws -> AccountID {
        let input = OrganizationsWire.List()
        return try await send(
            JSONProtocol.call(of: .organizations, "DescribeOrganization", repeatable: .always, input: input) {
                (wire: OrganizationsWire.Organization, _) in
                // The id is what matters; why it is none says nothing more.
                guard let account = try? AccountID(try required(wire.organization?.management, "MasterAccountId"))
                else { throw BrokenOutput(part: "MasterAccountId") }
                return account
            }
        )
    }

    private static func account(_ wire: OrganizationsWire.Account) throws -> Account {
        guard let id = try? AccountID(try required(wire.id, "Id")) else { throw BrokenOutput(part: "Id") }
        // `Status` is the older member, which is to go away; both say the same where both are there.
        return Account(id: id, state: try required(wire.state ?? wire.status, "State"))
    }
}

public import AWSClient
public import SessionCore

/// The organisation as AWS Organizations has it.
public struct OrganizationTree: Organization {
    private let client: AWSClient
    private let region: Region
    private let credentials: any CredentialSource
    private let pace: Pace

    /// Names the way to Organizations.
    ///
    /// - Parameters:
    ///   - client: Calls AWS.
    ///   - region: Any Region of the partition.
    ///   - credentials: Of the management account or of a delegated administrator.
    ///   - clock: Tells the time and waits.
    ///   - settings: How fast.
    public init(
        client: AWSClient,
        region: Region,
        credentials: any CredentialSource,
        clock: EnforcerClock,
        settings: RunSettings = RunSettings()
    ) {
        self.client = client
        self.region = region
        self.credentials = credentials
        pace = Pace(
            perSecond: settings.organizationPerSecond,
            burst: max(1, Int(settings.organizationPerSecond)),
            clock: clock
        )
    }

    /// All accounts, found by going through the tree from its roots.
    public func accounts(until deadline: Timestamp) async throws -> [MemberAccount] {
        let organizations = try await organizations(until: deadline)
        let management = try await turn(deadline) { try await organizations.managementAccount() }
        var open = try await pages(deadline) { try await organizations.roots(from: $0) }.map { [$0] }
        var accounts: [MemberAccount] = []
        while let path = open.popLast(), let parent = path.first {
            accounts += try await pages(deadline) { try await organizations.accounts(in: parent, from: $0) }
                .map { Self.member($0, in: path, management: management) }
            open += try await pages(deadline) { try await organizations.organizationalUnits(in: parent, from: $0) }
                .map { [$0] + path }
        }
        return accounts.sorted { $0.id.digits < $1.id.digits }
    }

    /// One account, with the way from it up to its root.
    public func account(_ id: AccountID, until deadline: Timestamp) async throws -> MemberAccount? {
        let organizations = try await organizations(until: deadline)
        let account: Organizations.Account
        do {
            account = try await turn(deadline) { try await organizations.account(id) }
        } catch let failure as AWSFailure where failure.kind == .notFound {
            return nil
        }
        let management = try await turn(deadline) { try await organizations.managementAccount() }
        var path: [String] = []
        var child = id.digits
        // Organisational units are nested five deep at most; an answer that goes round in a circle must not.
        while path.count < 8 {
            let parent = try await turn(deadline) { [child] in try await organizations.parent(of: child) }
            path.append(parent)
            if parent.hasPrefix("r-") { break }
            child = parent
        }
        return Self.member(account, in: path, management: management)
    }

    private static func member(
        _ account: Organizations.Account,
        in path: [String],
        management: AccountID
    ) -> MemberAccount {
        MemberAccount(
            id: account.id,
            organizationalUnits: path,
            isActive: account.state == "ACTIVE",
            isManagement: account.id == management
        )
    }

    private func organizations(until deadline: Timestamp) async throws -> Organizations {
        Organizations(
            client: client.with(deadline: deadline),
            region: region,
            credentials: try await credentials.credentials()
        )
    }

    private func turn<Answer: Sendable>(
        _ deadline: Timestamp,
        _ ask: @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await pace.turn(before: deadline)
        return try await ask()
    }

    private func pages<Element>(
        _ deadline: Timestamp,
        _ page: @Sendable (_ token: String?) async throws -> Organizations.Page<Element>
    ) async throws -> [Element] {
        var elements: [Element] = []
        var token: String?
        repeat {
            let answer = try await turn(deadline) { [token] in try await page(token) }
            elements += answer.elements
            token = answer.next
        } while token != nil
        return elements
    }
}

internal import AWSClient
internal import SessionCore

extension MemberAccounts {
    /// The most sessions of one account and Region that a sweep looks at.
    private static let listingLimit = 2000

    /// The sessions of the broker's role that AWS lists as active in a place; other owners' are left out.
    func activeSessions(
        in place: SweepPlace
    ) async throws -> (sessions: [SSM.ListedSession], isComplete: Bool) {
        let listing = try await sessions(.active, in: place, limit: Self.listingLimit)
        let ours = ownerARN("", account: place.account, region: place.region)
        return (listing.sessions.filter { $0.owner.hasPrefix(ours) }, listing.isComplete)
    }

    /// The active sessions whose owner is exactly this ARN.
    func activeSessions(ownedBy owner: String, in place: SweepPlace) async throws -> [SSM.ListedSession] {
        try await sessions(.active, [.init(.owner, owner)], in: place).sessions.filter { $0.owner == owner }
    }

    /// One session by its id, active or ended; nil when AWS does not list it.
    func session(_ id: String, _ state: SSM.SessionState, in place: SweepPlace) async throws -> SSM.ListedSession? {
        try await sessions(state, [.init(.sessionID, id)], in: place).sessions.first { $0.sessionID == id }
    }

    private func sessions(
        _ state: SSM.SessionState,
        _ filters: [SSM.SessionFilter] = [],
        in place: SweepPlace,
        limit: Int = 200
    ) async throws -> SSM.SessionListing {
        try await inspecting(place.account, partition: place.region.partition) { inspector in
            try await ssm(inspector, in: place.region).sessions(state, filters: filters, limit: limit)
        }
    }
}

internal import SessionCore

extension Broker {
    /// Where the current map's documents stand in each account and Region.
    func rollout(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        let request = try RolloutRequest(parameters: exchange.request.query)
        try await requireAdministrator(caller, in: &exchange)
        guard let current = try await dependencies.maps.store.pointer() else {
            throw Problem(
                .mapMissing,
                detail: "No role map is published, so nothing is rolled out.",
                next: "Publish one: ssm-broker map publish"
            )
        }
        let rollout = dependencies.rollout
        let all = try await rollout.allPlaces(matching: RolloutQuery(account: request.account, region: request.region))
        let page = try await rollout.places(matching: request.query(under: current.number))
        return RolloutReply(
            number: current.number,
            places: page.places,
            totals: RolloutTotals(all, under: current.number),
            next: page.next
        ).json
    }
}

internal import SessionCore

extension Broker {
    /// Decides on a request to open a session.
    ///
    /// It is decided on the map held from before; the map in force is asked for beside the intent (``hold(_:to:in:)``). Whatever the held
    /// map refuses, or does not find as it renders it, the map in force decides, so that nobody is refused by a map that is no more.
    func decide(
        _ request: OpenSessionRequest,
        of caller: CallerIdentity,
        accounts: MemberAccounts,
        in exchange: inout Exchange
    ) async throws -> (Entitlement, MemberAccounts.Lookup) {
        let held = request.isDryRun ? try await dependencies.map() : try await dependencies.maps.recent().map
        do {
            return try await decide(request, of: caller, under: held, accounts: accounts, in: &exchange)
        } catch let refusal as Problem {
            let map = try await dependencies.map()
            guard map.version != held.version else { throw refusal }
            return try await decide(request, of: caller, under: map, accounts: accounts, in: &exchange)
        }
    }

    private func decide(
        _ request: OpenSessionRequest,
        of caller: CallerIdentity,
        under map: RoleMap,
        accounts: MemberAccounts,
        in exchange: inout Exchange
    ) async throws -> (Entitlement, MemberAccounts.Lookup) {
        let entitlement: Entitlement
        do throws(Problem) {
            entitlement = try self.entitlement(of: caller, to: request, under: map, in: &exchange)
        } catch {
            // Only a proven caller learns what the map says, and only a proven one is a person in the record.
            try await prove(caller, in: &exchange)
            throw error
        }
        exchange.note(entitlement)
        let lookup = try await accounts.facts(for: entitlement)
        exchange.note(proofOf: caller, role: lookup.facts.role)
        exchange.note(documentVersion: lookup.facts.document?.contentVersion)
        try entitlement.decide(on: lookup.facts)
        return (entitlement, lookup)
    }

    /// Holds a session that is about to start to the map in force, which may be a later one than it was granted under.
    func hold(_ granted: Entitlement, to map: RoleMap, in exchange: inout Exchange) throws(Problem) {
        guard map.version != granted.mapVersion else { return }
        let now = try entitlement(of: granted.caller, to: granted.request, under: map, in: &exchange)
        guard now.entry == granted.entry, now.document == granted.document else {
            throw Problem(
                .mapChanged,
                detail: "The role map was changed for you just now, so this session was not started as it was granted.",
                next: "Run the command again, which asks the new map."
            )
        }
    }

    private func entitlement(
        of caller: CallerIdentity,
        to request: OpenSessionRequest,
        under map: RoleMap,
        in exchange: inout Exchange
    ) throws(Problem) -> Entitlement {
        exchange.access?.mapVersion = map.version
        return try Entitlement(
            caller: caller,
            request: request,
            map: map,
            ceiling: dependencies.ceiling,
            now: exchange.received
        )
    }
}

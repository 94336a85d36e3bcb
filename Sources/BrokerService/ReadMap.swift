internal import SessionCore

extension Broker {
    /// The role map in force, for those who may publish one.
    func roleMap(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        guard let inForce = try await admitPublisher(caller, in: &exchange) else {
            // That none is published and that none of those published can be used are different things to whoever can publish.
            _ = try await dependencies.maps.current()
            throw Problem.mapMissing
        }
        guard let version = inForce.version else { throw Problem.mapMissing }
        return version.reply(map: inForce.map.json, problem: inForce.problem)
    }

    /// The published versions without their maps, newest first.
    func mapVersions(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        _ = try await admitPublisher(caller, in: &exchange)
        let request = try MapVersionsRequest(parameters: exchange.request.query)
        let found = try await dependencies.maps.store.versions(before: request.cursor, limit: request.limit + 1)
        let kept = found.prefix(request.limit)
        let next = found.count > kept.count ? kept.last.map { JSON.string("\($0.number)") } : nil
        return .compact(["next": next, "versions": .array(kept.map { $0.reply() })])
    }

    /// One published version with its map.
    func mapVersion(_ number: String?, for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        _ = try await admitPublisher(caller, in: &exchange)
        guard let number = number.flatMap({ Int64($0) }),
            let published = try await dependencies.maps.store.map(number),
            let map = try? JSON(parsing: published.bytes)
        else {
            throw Problem(
                .mapVersionNotFound,
                detail: "There is no such version of the role map.",
                next: "See which there are: ssm-broker map history"
            )
        }
        return published.version.reply(map: map)
    }

    /// Lets proven publishers pass: those of the published map, and the deployment's own administrators.
    ///
    /// - Parameters:
    ///   - caller: Who asks.
    ///   - isPublishing: Whether they want to publish: a map that only was in force a moment ago lets nobody do that.
    ///   - exchange: The request.
    /// - Returns: The map in force; nil when there is none that can be used.
    /// - Throws: ``Problem`` with `MAP_NOT_ALLOWED`, or whatever the proof of the role and the reading of the map throw.
    func admitPublisher(
        _ caller: CallerIdentity,
        isPublishing: Bool = false,
        in exchange: inout Exchange
    ) async throws -> RoleMapInForce? {
        try await prove(caller, in: &exchange)
        let maps = dependencies.maps
        let inForce = try await isPublishing ? maps.confirmedIfAny() : maps.currentIfAny()
        // The map that came with the deployment names nobody who may publish: its file is whoever's who deploys.
        let published = inForce?.version == nil ? nil : inForce?.map
        guard isPublisher(caller, map: published) else {
            throw Problem(
                .mapNotAllowed,
                detail:
                    "\(caller.sentenceTitle) in account \(caller.account) may neither see nor publish the role map.",
                next: "Sign in with an administrator's or publisher's permission set, or ask one of them."
            )
        }
        return inForce
    }

    /// Whether the map or the deployment lets the caller publish, provided that their role is proven.
    func isPublisher(_ caller: CallerIdentity, map: RoleMap?) -> Bool {
        isBootstrapAdministrator(caller) || map?.isPublisher(caller) == true
    }
}

internal import Logging
internal import SessionCore

extension Broker {
    /// Publishes a role map, or says what would happen.
    ///
    /// Refused, in this order: who may not publish, what is no map, what exceeds the deployment's ceiling, what stands on another version
    /// than the current one, and what would lock its publisher out. The record, the version and the pointer change together.
    func publishMap(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        let inForce = try await admitPublisher(caller, isPublishing: true, in: &exchange)
        let request = try PublishMapRequest(body: exchange.request.body)
        let map = try Self.map(request.map)
        try hold(map)
        let pointer = try await dependencies.maps.store.pointer()
        guard request.base == pointer?.number ?? 0 else {
            throw AuditStoreFailure.mapChanged(current: pointer?.number ?? 0)
        }
        let plan = try await MapPlan(
            map: map,
            base: request.base,
            before: inForce?.map,
            isUnchanged: map.version == pointer?.hash && inForce?.version?.number == pointer?.number,
            locksOut: !isPublisher(caller, map: map),
            sessions: sessions(of: .forbidden(by: map, ceiling: dependencies.ceiling)).sessions.compactMap { session in
                session.objection(under: map, ceiling: dependencies.ceiling).map { (session, $0.detail) }
            }
        )
        if request.isDryRun || plan.isUnchanged {
            // It shows the sessions of others, as a list of them does.
            try await recordRead("role-map plan on version \(request.base)", in: exchange)
            return plan.json()
        }
        guard !plan.locksOut || request.isForced else {
            throw Problem(
                .mapLocksYouOut,
                detail:
                    "After this map you could not publish another one: it names you neither among its administrators nor among its publishers.",
                next: "Add yourself, or mean it: ssm-broker map publish --force"
            )
        }
        try await record(plan, of: request, in: exchange)
        await announce(plan.number, in: exchange)
        guard request.endsSessions else { return plan.json() }
        let cause = ["by": "administrator", "cause": "role map version \(plan.number)"]
        let choice = SessionChoice.forbidden(by: map, ceiling: dependencies.ceiling)
        return plan.json(ended: try await end(choice, by: caller, details: cause, in: exchange))
    }

    /// Stores the map's chunks, then the record, the version and the move of the pointer in one transaction.
    private func record(_ plan: MapPlan, of request: PublishMapRequest, in exchange: Exchange) async throws {
        let chunks = RoleMapChunks(plan.map.canonicalBytes)
        let version = RoleMapVersion(
            number: plan.number,
            hash: chunks.hash,
            chunks: chunks.chunks.map(\.hash),
            published: dependencies.now(),
            by: exchange.request.caller.arn.printable(maximumLength: 256),
            note: request.note,
            summary: plan.difference.summary,
            endsSessions: request.endsSessions
        )
        try await dependencies.maps.store.keep(chunks)
        var details = [
            "base": "\(request.base)", "hash": version.hash, "number": "\(version.number)",
            "summary": version.summary.canonicalText,
        ]
        details["note"] = request.note
        if request.endsSessions { details["endSessions"] = "true" }
        if plan.locksOut { details["force"] = "true" }
        let record = exchange.record(.mapPublished, decision: .grant, details: details)
        let terms = AppendTerms(unlessBlocked: exchange.blockKeys, publishing: version)
        try await append(record, terms: terms, in: exchange)
        dependencies.maps.metrics.count(.roleMapPublished, ["number": "\(version.number)", "hash": version.hash])
    }

    private static func map(_ json: JSON) throws(Problem) -> RoleMap {
        let next = "Correct the file, then: ssm-broker map validate"
        let map: RoleMap
        do throws(RoleMap.Rejection) {
            map = try RoleMap(json: json)
        } catch {
            let lines = error.problems.map { "\($0.path.joined(separator: ".")): \($0.explanation)" }
            throw Problem(.mapInvalid, detail: lines.joined(separator: " "), next: next)
        }
        guard map.canonicalBytes.count <= RoleMapChunks.maximumMapBytes else {
            throw Problem(
                .mapInvalid,
                detail:
                    "The role map has \(map.canonicalBytes.count) bytes; at most \(RoleMapChunks.maximumMapBytes) can be published.",
                next: "Say the same in fewer entries, for example by accounts that share one."
            )
        }
        return map
    }

    private func hold(_ map: RoleMap) throws(Problem) {
        let excesses = dependencies.ceiling.excesses(of: map)
        guard excesses.isEmpty else {
            throw Problem(
                .mapExceedsCeiling,
                detail: excesses.joined(separator: " "),
                next: "Leave it out of the map; only whoever deploys the broker can allow it."
            )
        }
    }
}

/// What a publication would change, and whom it concerns.
private struct MapPlan {
    let map: RoleMap
    let base: Int64
    let isUnchanged: Bool
    let locksOut: Bool
    let sessions: [(session: SessionHistory, why: String)]
    let difference: RoleMapDifference

    /// How many sessions a reply names; more are only counted.
    private static let shownSessions = 500
    /// The largest difference that a reply has whole, in bytes; Lambda takes 6 MB, with each quotation mark taking two.
    private static let wholeDifference = 2_000_000

    init(
        map: RoleMap,
        base: Int64,
        before: RoleMap?,
        isUnchanged: Bool,
        locksOut: Bool,
        sessions: [(session: SessionHistory, why: String)]
    ) {
        self.map = map
        self.base = base
        self.isUnchanged = isUnchanged
        self.locksOut = locksOut
        self.sessions = sessions
        difference = RoleMapDifference(from: before, to: map)
    }

    var number: Int64 { isUnchanged ? base : base + 1 }

    func json(ended: EndSessionsReply? = nil) -> JSON {
        let whole = difference.json
        let isWhole = whole.canonicalBytes.count <= Self.wholeDifference
        return .compact([
            "difference": isWhole ? whole : difference.summary,
            "ended": (ended?.ended).map { .array($0.map { .string($0.text) }) },
            "hash": .string(map.version),
            "isSummary": .bool(!isWhole),
            "left": (ended?.json["left"]),
            "locksYouOut": .bool(locksOut),
            "number": .integer(number),
            "sessions": .array(sessions.prefix(Self.shownSessions).map(Self.json)),
            "sessionsTotal": .integer(Int64(sessions.count)),
            "unchanged": .bool(isUnchanged),
        ])
    }

    private static func json(_ one: (session: SessionHistory, why: String)) -> JSON {
        .compact([
            "id": .string(one.session.id.text),
            "linuxUser": one.session.access.linuxUser.map(JSON.string),
            "node": .string(one.session.access.node.text),
            "permissionSet": one.session.permissionSet.isEmpty ? nil : .string(one.session.permissionSet),
            "user": .string(one.session.owner.user),
            "why": .string(one.why.printable(maximumLength: 512)),
        ])
    }
}

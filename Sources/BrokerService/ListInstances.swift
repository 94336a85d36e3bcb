internal import AWSClient
internal import SessionCore

extension Broker {
    /// The nodes of one Region that the map lets the caller connect to.
    ///
    /// It is recorded only when it is refused: who may connect to a node may know that it is there.
    func listInstances(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> InstancesReply {
        let request = try InstancesRequest(parameters: exchange.request.query)
        // Only a proven caller learns what the map says, and which nodes there are.
        try await prove(caller, in: &exchange)
        let access = try NodeAccess(
            caller: caller,
            region: request.region,
            map: try await dependencies.map(),
            ceiling: dependencies.ceiling
        )
        let found = try await dependencies.accounts.bounded(by: exchange).nodes(
            access,
            fitting: request.question,
            before: exchange.begun.advanced(bySeconds: Self.lookupSeconds)
        )
        return Self.page(of: found, request, access)
    }

    /// The part of what was found that a request asks for, as far as there is room for it.
    static func page(
        of found: NodeLookup.Found,
        _ request: InstancesRequest,
        _ access: NodeAccess
    ) -> InstancesReply {
        let rest = found.nodes.filter { node in request.cursor.map { node.id > $0 } ?? true }
        let page = Array(rest.prefix(request.limit))
        return InstancesReply(
            account: access.account,
            permissionSet: access.id.name,
            region: access.region,
            nodes: page,
            next: rest.count > page.count ? page.last?.id : nil,
            isPartial: !found.isComplete
        ).fitting()
    }

    /// How long into a request nodes are looked for, in seconds: what was found by then can still be answered.
    private static let lookupSeconds: Int64 = 18
}

extension MemberAccounts {
    /// Keeps what a look-up before a start would find again: whoever asks for a node by its name connects to it next.
    private func remember(_ nodes: [NodeListing], in access: NodeAccess) {
        for node in nodes.prefix(InstancesRequest.maximumLimit) where node.state == .online {
            cache.keep(
                NodeFacts(id: node.id, platformType: "Linux", pingStatus: "Online"),
                for: FactsCache.NodeKey(account: access.account, region: access.region, node: node.id),
                at: now
            )
        }
    }

    /// The nodes that may be connected to, looked for where they are not remembered.
    func nodes(
        _ access: NodeAccess,
        fitting question: NodeQuestion?,
        before latest: Timestamp
    ) async throws -> NodeLookup.Found {
        let key = NodeLists.Key(access: access, question: question)
        if let known = cache.lists.found(key, at: now) { return known }
        let found = try await inspecting(access.account, partition: access.region.partition) { inspector in
            try await NodeLookup(
                ssm: ssm(inspector, in: access.region),
                ec2: EC2(client: client, region: access.region, credentials: inspector.credentials),
                access: access,
                question: question,
                latest: latest,
                lists: cache.lists,
                now: now
            ).find()
        }
        cache.lists.keep(found, for: key, at: now)
        if question != nil { remember(found.nodes, in: access) }
        return found
    }
}

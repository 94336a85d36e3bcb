internal import SessionCore

extension BrokerClient {
    private static let instancesPurpose = "The nodes were not listed"
    private static let instancesMilliseconds = 33_000

    /// Nodes that the caller may connect to, from as many pages as it takes.
    ///
    /// - Parameters:
    ///   - request: What to ask for.
    ///   - limit: How many nodes to read at most.
    /// - Returns: The nodes; ``InstancesReply/next`` stands when there are more than `limit`.
    /// - Throws: ``CommandFailure``.
    func instances(_ request: InstancesRequest, upTo limit: Int) async throws -> InstancesReply {
        var request = request
        request.limit = min(limit, InstancesRequest.maximumLimit)
        var list = try await instances(request)
        while let next = list.next, list.nodes.count < limit {
            request.cursor = next
            request.limit = min(limit - list.nodes.count, InstancesRequest.maximumLimit)
            let page = try await instances(request)
            list.nodes += page.nodes
            list.isPartial = list.isPartial || page.isPartial
            // A page without nodes and with a next one would lead round in a circle.
            list.next = page.nodes.isEmpty ? nil : page.next
        }
        return list
    }

    private func instances(_ request: InstancesRequest) async throws -> InstancesReply {
        let json = try await call(
            "GET",
            "/v1/instances",
            query: request.parameters,
            milliseconds: Self.instancesMilliseconds,
            purpose: Self.instancesPurpose
        )
        guard let reply = InstancesReply(json: json) else {
            throw CommandFailure(
                .failed,
                code: "ANSWER_UNREADABLE",
                what: "\(Self.instancesPurpose): the broker's answer lacks what this client needs.",
                why: ["This is \(Version.client); the broker at \(endpoint.host) may be of another version."],
                next: "Update ssm-broker, or ask whoever runs the broker."
            )
        }
        return reply
    }
}

public import SessionCore

extension SSM {
    /// What Systems Manager knows of a node.
    public struct Node: Sendable, Hashable {
        /// The node's id.
        public let id: NodeID
        /// `Online`, `ConnectionLost` or `Inactive`; nil when the answer has none.
        public let pingStatus: String?
        /// `Linux`, `Windows` or `MacOS`; nil when the agent has not said, and then the platform is not known.
        public let platformType: String?
        /// For example `Amazon Linux`.
        public let platformName: String?
        /// For example `2023`.
        public let platformVersion: String?
        /// The agent's version, for example `3.3.1230.0`.
        public let agentVersion: String?
        /// The host name as the node reports it.
        public let computerName: String?
        /// The address that the node reports.
        public let address: String?
        /// The name given at hybrid activation; not an EC2 Name tag.
        public let name: String?
    }

    /// Asks about nodes by id; those that Systems Manager does not know are missing from the answer.
    ///
    /// - Parameter ids: At most 100; none gives none, not all.
    /// - Returns: The nodes known, in AWS's order.
    /// - Throws: ``AWSFailure``.
    public func nodes(_ ids: [NodeID]) async throws -> [Node] {
        guard !ids.isEmpty else { return [] }
        var nodes: [Node] = []
        var next: String?
        repeat {
            let page = try await nodePage(where: [NodeFilter("InstanceIds", ids.map(\.text))], after: next)
            nodes += page.nodes
            next = page.next
        } while next != nil
        return nodes
    }

    /// One page of nodes, as large as it may be, and where the next begins.
    func nodePage(where filters: [NodeFilter], after token: String?) async throws -> (nodes: [Node], next: String?) {
        let input = NodeWire.Describe(filters: filters.isEmpty ? nil : filters, maxResults: 50, nextToken: token)
        let page = try await send(
            JSONProtocol.call("DescribeInstanceInformation", repeatable: .always, input: input) {
                (wire: NodeWire.Page, _) in wire
            }
        )
        return (try (page.list ?? []).map(Node.init), page.nextToken.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// A filter of DescribeInstanceInformation as JSON has it.
    struct NodeFilter: Encodable {
        let key: String
        let values: [String]

        init(_ key: String, _ values: [String]) {
            self.key = key
            self.values = values
        }

        private enum CodingKeys: String, CodingKey {
            case key = "Key"
            case values = "Values"
        }
    }
}

extension SSM.Node {
    fileprivate init(_ wire: NodeWire.Node) throws {
        guard let id = try? NodeID(try required(wire.instanceID, "InstanceId")) else {
            throw BrokenOutput(part: "InstanceId")
        }
        self.init(
            id: id,
            pingStatus: wire.pingStatus,
            platformType: wire.platformType,
            platformName: wire.platformName,
            platformVersion: wire.platformVersion,
            agentVersion: wire.agentVersion,
            computerName: wire.computerName,
            address: wire.address,
            name: wire.name
        )
    }
}

/// DescribeInstanceInformation's input and output as JSON has them.
private enum NodeWire {
    struct Describe: Encodable {
        let filters: [SSM.NodeFilter]?
        let maxResults: Int
        let nextToken: String?

        private enum CodingKeys: String, CodingKey {
            case filters = "Filters"
            case maxResults = "MaxResults"
            case nextToken = "NextToken"
        }
    }

    struct Page: Decodable {
        let list: [Node]?
        let nextToken: String?

        private enum CodingKeys: String, CodingKey {
            case list = "InstanceInformationList"
            case nextToken = "NextToken"
        }
    }

    struct Node: Decodable {
        let instanceID: String?
        let pingStatus: String?
        let platformType: String?
        let platformName: String?
        let platformVersion: String?
        let agentVersion: String?
        let computerName: String?
        let address: String?
        let name: String?

        private enum CodingKeys: String, CodingKey {
            case instanceID = "InstanceId"
            case pingStatus = "PingStatus"
            case platformType = "PlatformType"
            case platformName = "PlatformName"
            case platformVersion = "PlatformVersion"
            case agentVersion = "AgentVersion"
            case computerName = "ComputerName"
            case address = "IPAddress"
            case name = "Name"
        }
    }
}

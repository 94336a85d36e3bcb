public import SessionCore

extension SSM {
    /// What nodes are looked for.
    public enum NodeSearch: Sendable, Hashable {
        /// These, at most ``SSM/maximumFilterValues`` at a time; those that Systems Manager does not know are missing.
        case ids([NodeID])
        /// Those that have each of these tags with one of its values; without any tag, all.
        case tags([String: [String]])
        /// Those outside EC2.
        case hybrid
    }

    /// Nodes, and whether they are all.
    public struct NodeList: Sendable, Hashable {
        /// The nodes, in AWS's order.
        public let nodes: [Node]
        /// False when the reading ended before the list did.
        public let isComplete: Bool

        /// Makes a list.
        public init(nodes: [Node], isComplete: Bool) {
            self.nodes = nodes
            self.isComplete = isComplete
        }
    }

    /// The most values that a filter takes.
    ///
    /// Source: botocore's model of DescribeInstanceInformation, `InstanceInformationFilterValueSet`.
    public static let maximumFilterValues = 100

    /// Lists nodes, page by page.
    ///
    /// - Parameters:
    ///   - search: What is looked for.
    ///   - limit: The most nodes to read.
    ///   - moment: No page is begun later.
    /// - Returns: The nodes.
    /// - Throws: ``AWSFailure``.
    public func nodes(_ search: NodeSearch, upTo limit: Int, before moment: Timestamp) async throws -> NodeList {
        var nodes: [Node] = []
        var next: String?
        repeat {
            let page = try await nodePage(where: search.filters, after: next)
            nodes += page.nodes
            next = page.next
        } while next != nil && nodes.count < limit && client.now() < moment
        return NodeList(nodes: Array(nodes.prefix(limit)), isComplete: next == nil && nodes.count <= limit)
    }

    /// The tags of a node outside EC2; EC2 itself has those of its instances.
    ///
    /// - Parameter node: A hybrid node.
    /// - Returns: Its tags.
    /// - Throws: ``AWSFailure``.
    public func tags(of node: NodeID) async throws -> [String: String] {
        try await send(
            JSONProtocol.call(
                "ListTagsForResource",
                repeatable: .always,
                input: TagWire.Input(resourceID: node.text)
            ) { (wire: TagWire.Output, _) in
                Dictionary((wire.list ?? []).map { ($0.key, $0.value) }) { first, _ in first }
            }
        )
    }
}

extension SSM.NodeSearch {
    /// Tag filters are never put together with others, which Systems Manager refuses.
    ///
    /// Source: Systems Manager API Reference, `DescribeInstanceInformation`, `Filters`.
    fileprivate var filters: [SSM.NodeFilter] {
        switch self {
        case .ids(let ids): [SSM.NodeFilter("InstanceIds", ids.map(\.text))]
        case .tags(let tags): tags.sorted { $0.key < $1.key }.map { SSM.NodeFilter("tag:\($0.key)", $0.value) }
        case .hybrid: [SSM.NodeFilter("ResourceType", ["ManagedInstance"])]
        }
    }
}

/// ListTagsForResource's input and output as JSON has them.
private enum TagWire {
    struct Input: Encodable {
        let resourceType = "ManagedInstance"
        let resourceID: String

        private enum CodingKeys: String, CodingKey {
            case resourceType = "ResourceType"
            case resourceID = "ResourceId"
        }
    }

    struct Output: Decodable {
        let list: [Tag]?

        private enum CodingKeys: String, CodingKey {
            case list = "TagList"
        }
    }

    struct Tag: Decodable {
        let key: String
        let value: String

        private enum CodingKeys: String, CodingKey {
            case key = "Key"
            case value = "Value"
        }
    }
}

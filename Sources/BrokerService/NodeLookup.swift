internal import AWSClient
internal import SessionCore

/// Finds the nodes of one account and Region that a caller may connect to: what Systems Manager manages, put together with what EC2
/// knows of it.
///
/// Every filter that AWS can apply it applies, for these are slow calls that AWS throttles early; what it found is judged here again.
struct NodeLookup: Sendable {
    /// The nodes, by id, and whether they are all.
    struct Found: Sendable, Hashable {
        var nodes: [NodeListing]
        var isComplete: Bool

        /// None, and there are no others.
        static let nothing = Found(nodes: [], isComplete: true)
    }

    /// The most nodes that are looked at: a hundred calls to Systems Manager, one after another.
    static let maximumNodes = 5000
    /// The most nodes among which those outside EC2 are looked for, which is done for every address and host name.
    static let maximumNodesAround = 2000
    /// The most nodes outside EC2 whose tags are read, since each takes a call of its own.
    static let maximumTagReads = 100
    /// How many of those calls are under way at a time.
    private static let tagReadsAtATime = 5

    let ssm: SSM
    let ec2: EC2
    let access: NodeAccess
    let question: NodeQuestion?
    /// No page is asked for later.
    let latest: Timestamp
    /// What other look-ups have found of the machines outside EC2.
    let lists: NodeLists
    /// When the look-up begins.
    let now: Timestamp

    /// Looks.
    ///
    /// - Throws: ``AWSFailure``.
    func find() async throws -> Found {
        guard !access.tags.values.contains([]) else { return .nothing }
        return switch question {
        case nil: try await tagged(access.tags)
        case .name(let name): try await tagged([NodeListing.nameKey: name])
        case .tags(let tags): try await tagged(tags)
        case .id(let id): try await known(id)
        case .address(let address): try await placed([EC2.Filter("private-ip-address", [address])])
        case .dnsName(let name): try await placed([EC2.Filter("private-dns-name", [name])])
        }
    }

    private func tagged(_ asked: [String: String]) async throws -> Found {
        var tags = access.tags
        for (key, value) in asked {
            guard tags[key]?.contains(value) ?? true else { return .nothing }
            tags[key] = [value]
        }
        return try await tagged(tags)
    }

    /// Nodes by their tags: both services filter by them, so both are asked at once.
    private func tagged(_ tags: [String: [String]]) async throws -> Found {
        let few = Self.askable(tags)
        async let managed = ssm.nodes(.tags(few), upTo: Self.maximumNodes, before: latest)
        async let inEC2 = instances([], tags: tags)
        return try await joined(try await managed, try await inEC2, judged: few.count == tags.count ? tags : nil)
    }

    private func known(_ id: NodeID) async throws -> Found {
        async let managed = managed([id])
        async let inEC2 = id.isHybrid ? .none : instances([EC2.Filter("instance-id", [id.text])], tags: access.tags)
        return try await joined(try await managed, try await inEC2, judged: nil)
    }

    /// The tags that Systems Manager can ask of nodes.
    private static func askable(_ tags: [String: [String]]) -> [String: [String]] {
        tags.filter { $0.value.count <= SSM.maximumFilterValues }
    }

    /// Nodes by where they are: EC2 finds its own, and those outside are gone through, for Systems Manager has no such filter.
    private func placed(_ filters: [EC2.Filter]) async throws -> Found {
        async let listed = outside()
        let inEC2 = try await instances(filters, tags: access.tags)
        let inside = try await managed(inEC2.instances.map(\.id))
        let outside = try await listed
        let others = outside.nodes.filter { question?.fits($0.listing(tags: [:])) ?? true }
        let all = SSM.NodeList(nodes: inside.nodes + others, isComplete: inside.isComplete && outside.isComplete)
        let isJudged = Self.askable(access.tags).count == access.tags.count
        return try await joined(all, inEC2, judged: isJudged ? access.tags : nil)
    }

    /// The nodes outside EC2 that have the tags, whatever is asked: neither the time it takes nor what AWS is asked tells of others.
    private func outside() async throws -> SSM.NodeList {
        let place = NodeLists.Place(access)
        if let known = lists.outside(place, at: now) { return known }
        // Most accounts have none, which one call tells.
        var outside = try await ssm.nodes(.hybrid, upTo: 1, before: latest)
        if !outside.nodes.isEmpty {
            let tagged = try await ssm.nodes(
                .tags(Self.askable(access.tags)),
                upTo: Self.maximumNodesAround,
                before: latest
            )
            outside = SSM.NodeList(nodes: tagged.nodes.filter(\.id.isHybrid), isComplete: tagged.isComplete)
        }
        lists.keep(outside, for: place, at: now)
        return outside
    }

    /// What Systems Manager knows of these; one that it does not know is missing, not an error.
    private func managed(_ ids: [NodeID]) async throws -> SSM.NodeList {
        guard !ids.isEmpty else { return SSM.NodeList(nodes: [], isComplete: true) }
        let asked = Array(ids.prefix(SSM.maximumFilterValues))
        do {
            let found = try await ssm.nodes(.ids(asked), upTo: asked.count, before: latest)
            return SSM.NodeList(nodes: found.nodes, isComplete: found.isComplete && asked.count == ids.count)
        } catch let failure as AWSFailure where failure.kind == .notFound {
            return SSM.NodeList(nodes: [], isComplete: true)
        }
    }

    private func instances(_ filters: [EC2.Filter], tags: [String: [String]]) async throws -> EC2.Listing {
        let byTag = tags.filter { $0.value.count <= EC2.Filter.maximumValues }.sorted { $0.key < $1.key }
            .map { EC2.Filter("tag:\($0.key)", $0.value) }
        return try await ec2.instances(where: filters + byTag, upTo: Self.maximumNodes, before: latest)
    }

    /// What both services say, of the Linux nodes that are still there and have the tags.
    ///
    /// `judged` are the tags that Systems Manager has asked of every node already; nil where it has asked for none, or not all.
    private func joined(
        _ managed: SSM.NodeList,
        _ inEC2: EC2.Listing,
        judged: [String: [String]]?
    ) async throws -> Found {
        let instances = Dictionary(inEC2.instances.map { ($0.id, $0) }) { first, _ in first }
        let linux = managed.nodes.filter { $0.platformType == "Linux" }
        let outside = try await tags(of: Array(linux.map(\.id).filter(\.isHybrid).prefix(Self.maximumTagReads)))
        var found = Found(nodes: [], isComplete: managed.isComplete && inEC2.isComplete)
        for node in linux {
            if let instance = instances[node.id] {
                keep(node.listing(of: instance), in: &found)
            } else if let tags = outside[node.id] {
                keep(node.listing(tags: tags), in: &found)
            } else if node.id.isHybrid, let judged {
                // Of its tags only those are known that it was found by.
                found.nodes.append(node.listing(tags: judged.compactMapValues { $0.count == 1 ? $0.first : nil }))
            } else if node.id.isHybrid {
                found.isComplete = false
            }
        }
        found.nodes.sort { $0.id < $1.id }
        return found
    }

    private func keep(_ node: NodeListing, in found: inout Found) {
        if access.admits(tags: node.tags), question?.fits(node) ?? true { found.nodes.append(node) }
    }

    private func tags(of nodes: [NodeID]) async throws -> [NodeID: [String: String]] {
        var found: [NodeID: [String: String]] = [:]
        for start in stride(from: 0, to: nodes.count, by: Self.tagReadsAtATime) {
            try await withThrowingTaskGroup(of: (NodeID, [String: String]).self) { group in
                for node in nodes[start..<min(start + Self.tagReadsAtATime, nodes.count)] {
                    group.addTask { (node, try await ssm.tags(of: node)) }
                }
                for try await (node, tags) in group { found[node] = tags }
            }
        }
        return found
    }
}

extension EC2.Listing {
    /// Nothing, and all of it.
    fileprivate static let none = EC2.Listing(instances: [], isComplete: true)
}

extension SSM.Node {
    /// The node as a caller sees it, with what EC2 says of it.
    fileprivate func listing(of instance: EC2.Instance) -> NodeListing {
        var listing = listing(tags: instance.tags)
        // Never what the node says of itself: whoever controls it can have it say anything.
        listing.address = instance.privateAddress
        listing.dnsName = instance.privateDNSName
        return listing
    }

    /// The node as a caller sees it, with what it reports itself.
    fileprivate func listing(tags: [String: String]) -> NodeListing {
        let platform = [platformName, platformVersion].compactMap(\.self).joined(separator: " ")
        let state: NodeListing.State =
            switch pingStatus {
            case "Online": .online
            case "ConnectionLost": .connectionLost
            default: .inactive
            }
        return NodeListing(
            id: id,
            platform: platform.isEmpty ? nil : platform.printable(maximumLength: 128),
            state: state,
            address: address,
            dnsName: computerName?.printable(maximumLength: 255),
            tags: tags
        )
    }
}

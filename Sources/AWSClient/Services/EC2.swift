public import SessionCore

/// Amazon EC2, of the account whose credentials are given: what its instances are called, and where they are.
///
/// Every call throws ``AWSFailure``.
public struct EC2: Sendable {
    private let client: AWSClient
    private let region: Region
    private let credentials: AWSCredentials

    /// Makes a caller of the Region's own endpoint.
    public init(client: AWSClient, region: Region, credentials: AWSCredentials) {
        self.client = client
        self.region = region
        self.credentials = credentials
    }

    /// What is looked for; several together are all to hold.
    public struct Filter: Sendable, Hashable {
        /// The most values that EC2 takes in one filter.
        ///
        /// Source: Amazon EC2 User Guide, "List and filter using the CLI and API".
        public static let maximumValues = 200

        /// For example `tag:Role` or `private-ip-address`.
        public let name: String
        /// One of them, exactly.
        public let values: [String]

        /// Makes a filter.
        public init(_ name: String, _ values: [String]) {
            self.name = name
            self.values = values
        }

        /// The values as EC2 takes them for what they are: `*` and `?` in them would stand for any characters.
        var literalValues: [String] {
            values.map { value in
                // Not by characters: a star with an accent on it is one, and still a star to EC2.
                value.unicodeScalars.reduce(into: "") { text, scalar in
                    if ["*", "?", "\\"].contains(scalar) { text.append("\\") }
                    text.unicodeScalars.append(scalar)
                }
            }
        }
    }

    /// An instance, as far as it is of use here.
    public struct Instance: Sendable, Hashable {
        /// Its id.
        public let id: NodeID
        /// Its private IPv4 address; nil while it has none.
        public let privateAddress: String?
        /// Its private DNS name; nil while it has none.
        public let privateDNSName: String?
        /// Its tags.
        public let tags: [String: String]
    }

    /// Instances, and whether they are all.
    public struct Listing: Sendable, Hashable {
        /// The instances, in EC2's order.
        public let instances: [Instance]
        /// False when the reading ended before the list did.
        public let isComplete: Bool

        /// Makes a listing.
        public init(instances: [Instance], isComplete: Bool) {
            self.instances = instances
            self.isComplete = isComplete
        }
    }

    /// How many instances are asked for at a time: one has some kilobytes of XML, and an answer at most four megabytes.
    private static let pageSize = 100

    /// Lists instances that are not gone, page by page.
    ///
    /// - Parameters:
    ///   - filters: What is looked for.
    ///   - limit: The most instances to read.
    ///   - moment: No page is begun later.
    /// - Returns: The instances.
    /// - Throws: ``AWSFailure``.
    public func instances(where filters: [Filter], upTo limit: Int, before moment: Timestamp) async throws -> Listing {
        let standing = Filter("instance-state-name", ["pending", "running", "stopping", "stopped"])
        var instances: [Instance] = []
        var next: String?
        repeat {
            let page = try await client.send(Self.page(filters + [standing], after: next), in: region, as: credentials)
            instances += page.instances
            next = page.next
        } while next != nil && instances.count < limit && client.now() < moment
        return Listing(instances: Array(instances.prefix(limit)), isComplete: next == nil && instances.count <= limit)
    }

    private static func page(
        _ filters: [Filter],
        after token: String?
    ) -> AWSCall<(instances: [Instance], next: String?)> {
        var parameters: [(name: String, value: String?)] = [("MaxResults", String(pageSize)), ("NextToken", token)]
        for (number, filter) in filters.enumerated() {
            let name = "Filter.\(number + 1)"
            parameters.append(("\(name).Name", filter.name))
            for (index, value) in filter.literalValues.enumerated() {
                parameters.append(("\(name).Value.\(index + 1)", value))
            }
        }
        return EC2Protocol.call("DescribeInstances", parameters: parameters) { answer in
            let reservations = try answer.child("reservationSet").children
            let items = try reservations.flatMap { try $0.child("instancesSet").children }
            let token = answer.children.first { $0.name == "nextToken" }?.trimmedText ?? ""
            return (try items.map(instance), token.isEmpty ? nil : token)
        }
    }

    private static func instance(_ item: XMLTree) throws -> Instance {
        guard let id = try? NodeID(try item.value("instanceId")) else { throw BrokenOutput(part: "instanceId") }
        let text = { (name: String) -> String? in
            item.children.first { $0.name == name }.map(\.trimmedText).flatMap { $0.isEmpty ? nil : $0 }
        }
        let tags = try (item.children.first { $0.name == "tagSet" }?.children ?? []).map { tag in
            (try tag.child("key").text, tag.children.first { $0.name == "value" }?.text ?? "")
        }
        return Instance(
            id: id,
            privateAddress: text("privateIpAddress"),
            privateDNSName: text("privateDnsName"),
            tags: Dictionary(tags) { first, _ in first }
        )
    }
}

/// A node as whoever may connect to it sees it.
///
/// Shape: `{"address":"10.1.0.11","dnsName":"ip-10-1-0-11.eu-west-1.compute.internal","id":"i-0123456789abcdef0","name":"web-1",
/// "platform":"Amazon Linux 2023","state":"online","tags":{"Name":"web-1","Role":"web"}}`; what is not known is absent. A machine outside
/// EC2 that has an address or a DNS name has `"isSelfReported":true` as well.
public struct NodeListing: Sendable, Hashable {
    /// How the node's agent stands to Systems Manager.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It reports.
        case online
        /// It has not reported for some minutes.
        case connectionLost
        /// It has not reported for long.
        case inactive
    }

    /// The key of the tag that AWS's consoles show as a node's name.
    public static let nameKey = "Name"

    /// The node.
    public var id: NodeID
    /// The operating system and its version, for example `Amazon Linux 2023`.
    public var platform: String?
    /// Whether it can be connected to now.
    public var state: State
    /// Its private IPv4 address; of a machine outside EC2 the one that it reports.
    public var address: String?
    /// Its private DNS name; of a machine outside EC2 the host name that it reports.
    public var dnsName: String?
    /// Its tags.
    public var tags: [String: String]

    /// Its tag `Name`; nil when it has none.
    public var name: String? { tags[Self.nameKey].flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether its address and DNS name are nobody's word but the machine's own, which can say of itself what it likes.
    public var isSelfReported: Bool { id.isHybrid && (address != nil || dnsName != nil) }

    /// Makes a listing.
    public init(
        id: NodeID,
        platform: String? = nil,
        state: State,
        address: String? = nil,
        dnsName: String? = nil,
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.platform = platform
        self.state = state
        self.address = address
        self.dnsName = dnsName
        self.tags = tags
    }

    /// The listing as JSON.
    public var json: JSON {
        .compact([
            "address": address.map(JSON.string),
            "dnsName": dnsName.map(JSON.string),
            "id": .string(id.text),
            "isSelfReported": isSelfReported ? true : nil,
            "name": name.map(JSON.string),
            "platform": platform.map(JSON.string),
            "state": .string(state.rawValue),
            "tags": .object(tags.mapValues(JSON.string)),
        ])
    }

    /// Reads a listing; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let id = json["id"]?.text.flatMap({ try? NodeID($0) }),
            let state = json["state"]?.text.flatMap(State.init(rawValue:)), let tags = json["tags"]?.members
        else { return nil }
        self.init(
            id: id,
            platform: json["platform"]?.text,
            state: state,
            address: json["address"]?.text,
            dnsName: json["dnsName"]?.text,
            tags: tags.compactMapValues(\.text)
        )
    }
}

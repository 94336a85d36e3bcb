/// What `GET /v1/instances` is asked.
public struct InstancesRequest: Sendable, Hashable {
    /// The names of the query parameters.
    public enum Parameter: String, Sendable, CaseIterable {
        /// The Region; there is no list without one.
        case region
        /// The node's id.
        case id
        /// The tag `Name`.
        case name
        /// The private IPv4 address.
        case address
        /// The private DNS name.
        case dnsName
        /// Tags, as `Role=web`, several with commas between.
        case tag
        /// How many nodes at most.
        case limit
        /// Where the page before ended.
        case cursor
    }

    /// The most nodes of one page: with fifty long tags each, what Lambda can still answer.
    public static let maximumLimit = 100

    /// Where the nodes are.
    public var region: Region
    /// What is looked for; nil for every node that the caller may connect to.
    public var question: NodeQuestion?
    /// How many nodes at most.
    public var limit: Int
    /// The last node of the page before; nil for the first page.
    public var cursor: NodeID?

    /// Makes a request.
    public init(region: Region, question: NodeQuestion? = nil, limit: Int = maximumLimit, cursor: NodeID? = nil) {
        self.region = region
        self.question = question
        self.limit = limit
        self.cursor = cursor
    }

    /// The request as query parameters, those that say something.
    public var parameters: [(name: String, value: String)] {
        var all: [(Parameter, String)] = [(.region, region.name)]
        if let question { all.append(question.parameter) }
        all.append((.limit, String(limit)))
        if let cursor { all.append((.cursor, cursor.text)) }
        return all.map { ($0.rawValue, $1) }
    }

    /// Reads query parameters.
    ///
    /// - Parameter parameters: Names and values as they came, decoded.
    /// - Throws: ``Problem`` with `QUERY_INVALID` for a name that is unknown or repeated, a value that is wrong, no Region, or more than
    ///   one thing to look for.
    public init(parameters: [(name: String, value: String)]) throws(Problem) {
        var reader = QueryReader<Parameter>(parameters)
        let region = reader.optional(.region, expected: "a Region as eu-west-1") { try? Region($0) }
        let questions: [NodeQuestion?] = [
            reader.node(.id).map(NodeQuestion.id),
            reader.optional(.name, expected: "the text of a tag Name") { NodeQuestion.isName($0) ? .name($0) : nil },
            reader.optional(.address, expected: "an address as 10.0.0.1") {
                NodeQuestion.isAddress($0) ? .address($0) : nil
            },
            reader.optional(.dnsName, expected: "a DNS name") {
                NodeQuestion.dnsName(in: $0).map(NodeQuestion.dnsName)
            },
            reader.optional(.tag, expected: "tags as Role=web, several with commas between") {
                NodeQuestion.tags(in: $0).map(NodeQuestion.tags)
            },
        ]
        let limit = reader.limit(.limit, upTo: Self.maximumLimit)
        let cursor = reader.node(.cursor)
        try reader.finish()
        let asked = questions.compactMap(\.self)
        guard let region, asked.count <= 1 else {
            throw Problem(
                .queryInvalid,
                detail: region == nil
                    ? "region: Missing; expected a Region as eu-west-1."
                    : "Only one of id, name, address, dnsName and tag can be looked for at a time.",
                next: "Known parameters: \(Parameter.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        self.init(region: region, question: asked.first, limit: limit, cursor: cursor)
    }
}

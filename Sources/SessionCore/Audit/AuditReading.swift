/// What a reading of the log asks for, as the record of it says; a further page needs no record of its own where one covers it.
public enum AuditReading: Sendable, Hashable {
    /// All records, in whatever order, and where the chains end.
    case everything
    /// The records that a query finds, on whatever page.
    case records(AuditQuery)
    /// A chain from a place on.
    case chain(Int, from: Int64)
    /// Where the chains end.
    case heads
    /// Everybody's sessions that a request finds, on whatever page.
    case sessions(SessionListRequest)

    /// The longest text that is taken for a whole one; records clip what is longer.
    private static let maximumLength = 1023

    /// The reading that a query is, whichever of its pages is asked for.
    public init(_ query: AuditQuery) {
        var query = query
        query.cursor = nil
        query.limit = AuditQuery().limit
        self = query == AuditQuery() ? .everything : .records(query)
    }

    /// The reading that a list of sessions is, whichever of its pages is asked for.
    public init(_ request: SessionListRequest) {
        var request = request
        request.query.cursor = nil
        request.query.limit = SessionQuery().limit
        self = .sessions(request)
    }

    /// The reading as a record has it, for example `everything`, `user=alice since=2026-11-20T00:00:00.000Z` or `chain=0 from=12`.
    public var text: String {
        switch self {
        case .everything: "everything"
        case .records(let query): Self.text(query.parameters)
        case .chain(let chain, let from): "chain=\(chain) from=\(from)"
        case .heads: "heads"
        case .sessions(let request): "sessions \(Self.text(request.parameters))"
        }
    }

    /// Reads what ``text`` wrote; nil for anything else.
    public init?(text: String) {
        guard text.count <= Self.maximumLength, let read = Self.read(text), read.text == text else { return nil }
        self = read
    }

    private static func read(_ text: String) -> AuditReading? {
        if text == "everything" { return .everything }
        if text == "heads" { return .heads }
        var parts = text.split(separator: " ", omittingEmptySubsequences: false)
        let isOfSessions = parts.first == "sessions"
        if isOfSessions { parts.removeFirst() }
        let pairs = parts.map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
        guard pairs.allSatisfy({ $0.count == 2 }) else { return nil }
        let parameters = pairs.map { (name: String($0[0]), value: unescaped($0[1])) }
        // Why a text is none makes no difference: it covers nothing then.
        if isOfSessions { return (try? SessionListRequest(parameters: parameters)).map { .sessions($0) } }
        if parameters.map(\.name) == ["chain", "from"] {
            guard let chain = Int(parameters[0].value), let from = Int64(parameters[1].value) else { return nil }
            return .chain(chain, from: from)
        }
        return (try? AuditQuery(parameters: parameters)).map { .records($0) }
    }

    /// Blanks part the parameters, so one within a value is `%20`, and a percent sign `%25`.
    private static func escaped(_ value: String) -> String {
        value.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%25")
            .split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
    }

    private static func unescaped(_ value: Substring) -> String {
        value.split(separator: "%20", omittingEmptySubsequences: false).joined(separator: " ")
            .split(separator: "%25", omittingEmptySubsequences: false).joined(separator: "%")
    }

    private static func text(_ parameters: [(name: String, value: String)]) -> String {
        let kept = parameters.filter { !["limit", "cursor"].contains($0.name) }
        return kept.map { "\($0.name)=\(escaped($0.value))" }.joined(separator: " ")
    }

    /// Whether whoever was recorded with this reading may go on with another without a record more: it shows nothing beyond this.
    public func covers(_ other: AuditReading) -> Bool {
        switch (self, other) {
        case (_, .sessions), (.sessions, _), (.heads, _): self == other
        case (.everything, _): true
        case (.records(let own), .records(let narrower)): own.covers(narrower)
        case (.chain(let chain, let from), .chain(let same, let later)): chain == same && from <= later
        case (.records, _), (.chain, _): false
        }
    }
}

extension AuditQuery {
    /// Whether every record that a narrower query finds is found by this one too, told from the two alone.
    fileprivate func covers(_ narrower: AuditQuery) -> Bool {
        func holds<Value: Equatable>(_ own: Value?, _ other: Value?) -> Bool { own == nil || own == other }
        return holds(user, narrower.user)
            && holds(permissionSet, narrower.permissionSet)
            && holds(node, narrower.node)
            && holds(account, narrower.account)
            && holds(region, narrower.region)
            && holds(linuxUser, narrower.linuxUser)
            && events.map { own in narrower.events.map { $0.isSubset(of: own) } ?? false } != false
            && holds(code, narrower.code)
            && holds(session, narrower.session)
            && fields.allSatisfy { narrower.fields[$0.key] == $0.value }
            && since.map { own in narrower.since.map { own <= $0 } ?? false } != false
            && until.map { own in narrower.until.map { $0 <= own } ?? false } != false
    }
}

/// Where the record of a reading stands, by which its further pages name it.
///
/// Shape as text: `3-1047`, the chain and the place in it.
public struct ReadReference: Sendable, Hashable {
    /// How long a reading may go on without another record, in seconds.
    public static let lifetime: Int64 = 3600

    /// The chain.
    public let chain: Int
    /// The place in the chain.
    public let sequence: Int64

    /// Names the place of a record.
    public init(_ record: ChainedRecord) {
        chain = record.chain
        sequence = record.sequence
    }

    /// Reads a reference; nil when the text is not exactly what ``text`` writes.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let chain = Int32(parts[0]), let sequence = Int64(parts[1]), chain >= 0, sequence >= 0
        else { return nil }
        self.chain = Int(chain)
        self.sequence = sequence
        guard self.text == text else { return nil }
    }

    /// The reference as text.
    public var text: String { "\(chain)-\(sequence)" }
}

/// What to look for in the log.
public struct AuditQuery: Sendable, Hashable {
    /// The user name, exactly.
    public var user: String?
    /// The permission set, exactly.
    public var permissionSet: String?
    /// The node.
    public var node: NodeID?
    /// The account: of the node, or of the caller where there is no node.
    public var account: AccountID?
    /// The node's Region.
    public var region: Region?
    /// The Linux user that the map gave, exactly.
    public var linuxUser: String?
    /// Any of these events; nil for every event.
    public var events: Set<AuditEvent>?
    /// The decision: `GRANTED` or the raw value of a ``ProblemCode``.
    public var code: String?
    /// The session that the record belongs to.
    public var session: RecordID?
    /// What else a record must have.
    public var fields: [AuditField: String]
    /// The earliest time wanted.
    public var since: Timestamp?
    /// The first time no longer wanted.
    public var until: Timestamp?
    /// How many records at most; 1 to ``maximumLimit``.
    public var limit: Int
    /// Where the page before ended; nil for the first page.
    public var cursor: AuditCursor?

    /// The largest page.
    public static let maximumLimit = 500

    /// Makes a query; without arguments it finds everything.
    public init(
        user: String? = nil,
        permissionSet: String? = nil,
        node: NodeID? = nil,
        account: AccountID? = nil,
        region: Region? = nil,
        linuxUser: String? = nil,
        events: Set<AuditEvent>? = nil,
        code: String? = nil,
        session: RecordID? = nil,
        fields: [AuditField: String] = [:],
        since: Timestamp? = nil,
        until: Timestamp? = nil,
        limit: Int = 100,
        cursor: AuditCursor? = nil
    ) {
        self.user = user
        self.permissionSet = permissionSet
        self.node = node
        self.account = account
        self.region = region
        self.linuxUser = linuxUser
        self.events = events
        self.code = code
        self.session = session
        self.fields = fields
        self.since = since
        self.until = until
        self.limit = limit
        self.cursor = cursor
    }

    /// Whether a record is one of those looked for, on whatever page.
    public func matches(_ record: AuditRecord) -> Bool {
        func fits<Value: Equatable>(_ wanted: Value?, _ found: Value?) -> Bool { wanted == nil || wanted == found }
        return fits(user, record.caller?.owner.user)
            && fits(permissionSet, record.caller?.permissionSet)
            && fits(node, record.access?.node)
            && fits(account?.digits, record.account)
            && fits(region, record.access?.region)
            && fits(linuxUser, record.access?.linuxUser)
            && events?.contains(record.event) != false
            && fits(code, record.decision?.code)
            && fits(session, record.session)
            && since.map { record.time >= $0 } != false
            && until.map { record.time < $0 } != false
            && hasFields(record)
    }

    private func hasFields(_ record: AuditRecord) -> Bool {
        guard !fields.isEmpty else { return true }
        let json = record.json
        return fields.allSatisfy { $0.key.fits($0.value, in: json) }
    }
}

/// A place between two records in the order newest first: after the record with this time and id.
///
/// Shape as text: `1795248000000.6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11`.
public struct AuditCursor: Sendable, Hashable {
    /// The last record's time.
    public let time: Timestamp
    /// The last record's id.
    public let id: RecordID

    /// Makes a place.
    public init(time: Timestamp, id: RecordID) {
        self.time = time
        self.id = id
    }

    /// Reads a place; nil when the text is not exactly what ``text`` writes.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = try? RecordID(parts[1]) else { return nil }
        self.init(time: Timestamp(milliseconds: milliseconds), id: id)
        guard self.text == text else { return nil }
    }

    /// The place as text.
    public var text: String { "\(time.milliseconds).\(id)" }
}

/// Some records, newest first.
public struct AuditPage: Sendable, Hashable {
    /// The records.
    public var records: [ChainedRecord]
    /// Where the next page begins; nil when this is the last.
    public var next: AuditCursor?

    /// Makes a page.
    public init(records: [ChainedRecord], next: AuditCursor?) {
        self.records = records
        self.next = next
    }
}

internal import SessionCore

/// What a report tells, gathered from records in any order.
struct ReportContent {
    /// Who came to which node as whom.
    struct Connection: Hashable {
        let user: String
        let permissionSet: String
        let account: String
        let node: String
        let linuxUser: String
    }

    /// How often, and the last time.
    struct Visits: Hashable {
        var count: Int
        var last: Timestamp
        var lastReason: String?
    }

    /// A refusal.
    struct Denial: Hashable {
        let time: Timestamp
        let user: String
        let permissionSet: String
        let node: String
        let code: String
        let detail: String
        let reason: String?
    }

    /// The most rows of a table; a page that no browser opens helps nobody.
    static let mostRows = 500

    /// When the report was made.
    let made: Timestamp
    /// What was asked for; nil when the log's own ends are meant.
    let since: Timestamp?
    let until: Timestamp?
    private(set) var records = 0
    private(set) var granted = 0
    private(set) var started = 0
    /// How many refusals there were; of a caller who was refused in a loop, one record tells many.
    private(set) var denied = 0
    /// How many records tell them.
    private(set) var denialRecords = 0
    private(set) var readings = 0
    private(set) var first: Timestamp?
    private(set) var last: Timestamp?
    private(set) var users: Set<String> = []
    private(set) var connections: [Connection: Visits] = [:]
    /// Grants by permission set and day since 1970-01-01.
    private(set) var days: [String: [Int64: Int]] = [:]
    private var denials: [Denial] = []

    /// What `audit verify` said, and `audit reconcile`; nil when they were not asked.
    var verification: JSON?
    var reconciliation: JSON?

    init(made: Timestamp, since: Timestamp? = nil, until: Timestamp? = nil) {
        self.made = made
        self.since = since
        self.until = until
    }

    /// Takes a record.
    mutating func take(_ record: AuditRecord) {
        records += 1
        first = min(first ?? record.time, record.time)
        last = max(last ?? record.time, record.time)
        switch record.event {
        case .intent: takeGrant(record)
        case .started: started += 1
        case .denied, .refused: takeDenial(record)
        case .read: readings += 1
        default: break
        }
    }

    private mutating func takeGrant(_ record: AuditRecord) {
        guard let caller = record.caller, let access = record.access else { return }
        granted += 1
        let permissionSet = caller.permissionSet ?? "-"
        users.insert(caller.owner.user)
        days[permissionSet, default: [:]][record.time.milliseconds / 86_400_000, default: 0] += 1
        let connection = Connection(
            user: caller.owner.user,
            permissionSet: permissionSet,
            account: access.account.digits,
            node: access.node.text,
            linuxUser: access.linuxUser ?? "-"
        )
        var visits = connections[connection] ?? Visits(count: 0, last: record.time, lastReason: access.reason)
        visits.count += 1
        if record.time > visits.last { (visits.last, visits.lastReason) = (record.time, access.reason) }
        connections[connection] = visits
    }

    private mutating func takeDenial(_ record: AuditRecord) {
        // Whatever a record says, the sum of all stays a number.
        let told = record.details["count"].flatMap { Int($0) } ?? 1
        denied += min(max(told, 1), 1_000_000_000)
        denialRecords += 1
        denials.append(
            Denial(
                time: record.time,
                user: record.caller?.owner.user ?? "-",
                permissionSet: record.caller?.permissionSet ?? "-",
                node: record.access?.node.text ?? "-",
                code: record.decision?.code ?? "-",
                detail: record.decision?.detail ?? "",
                reason: record.access?.reason
            )
        )
        if denials.count > 4 * Self.mostRows { denials = newestDenials }
    }

    /// The newest refusals, newest first.
    var newestDenials: [Denial] {
        Array(denials.sorted { ($0.time, $0.user, $0.code) > ($1.time, $1.user, $1.code) }.prefix(Self.mostRows))
    }

    /// The connections, the most frequent first.
    var frequentConnections: [(connection: Connection, visits: Visits)] {
        let ordered = connections.sorted { left, right in
            if left.value.count != right.value.count { return left.value.count > right.value.count }
            if left.value.last != right.value.last { return left.value.last > right.value.last }
            return (left.key.user, left.key.permissionSet, left.key.account, left.key.node, left.key.linuxUser)
                < (right.key.user, right.key.permissionSet, right.key.account, right.key.node, right.key.linuxUser)
        }
        return ordered.prefix(Self.mostRows).map { ($0.key, $0.value) }
    }
}

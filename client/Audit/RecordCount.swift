internal import ArgumentParser
internal import SessionCore

/// What records are counted by.
enum CountKey: String, Sendable, ExpressibleByArgument, CaseIterable {
    /// The engineer.
    case user
    /// The permission set.
    case role
    /// The node.
    case node
    /// The event, and the code where it is a refusal.
    case outcome
    /// The day, in UTC.
    case day

    /// What a record counts for; empty when it says nothing of it.
    func value(of chained: ChainedRecord) -> String {
        guard let record = chained.record else { return "" }
        switch self {
        case .user: return record.caller?.owner.user ?? ""
        case .role: return record.caller?.permissionSet ?? ""
        case .node: return record.access?.node.text ?? ""
        case .day: return String(record.time.description.prefix(10))
        case .outcome:
            let code = record.decision?.code ?? AuditDecision.granted
            return record.event.rawValue + (code == AuditDecision.granted ? "" : " \(code)")
        }
    }
}

/// How many records there are of each value.
struct RecordCount: Sendable {
    private(set) var counts: [String: Int] = [:]
    let key: CountKey

    init(by key: CountKey) {
        self.key = key
    }

    /// Counts a record.
    mutating func take(_ record: ChainedRecord) {
        counts[key.value(of: record), default: 0] += 1
    }

    /// All records counted.
    var total: Int { counts.values.reduce(0, +) }

    /// Values and counts: days in their order, newest first; anything else by count.
    var rows: [(value: String, count: Int)] {
        counts.map { (value: $0.key, count: $0.value) }.sorted { left, right in
            if key == .day { return left.value > right.value }
            return left.count == right.count ? left.value < right.value : left.count > right.count
        }
    }

    /// Writes the counts.
    func write(to output: Output, as format: RecordFormat) {
        let objects: [JSON] = rows.map { [key.rawValue: .string($0.value), "count": .integer(Int64($0.count))] }
        let rows = rows
        guard let form = format.form else {
            output.result(CSV.line([key.rawValue, "count"]))
            for row in rows { output.result(CSV.line([output.forPlace(row.value), String(row.count)])) }
            return
        }
        let list = Rows(objects, columns: [key.rawValue, "count"])
        let json: JSON = ["by": .string(key.rawValue), "counts": .array(objects), "total": .integer(Int64(total))]
        output.write(json, rows: list, as: form) {
            let columns = [Table.Column(key.rawValue.uppercased(), mayShrink: true), Table.Column("RECORDS")]
            return Table(columns, rows: rows.map { [$0.value.isEmpty ? "-" : $0.value, String($0.count)] })
                .lines(width: output.columns)
        }
    }
}

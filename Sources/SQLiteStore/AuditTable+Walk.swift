public import SessionCore

/// A record as it lies in the file, with the columns that repeat it; good only while it is being taken.
public struct StoredRecord {
    /// The record in its place.
    public let record: BorrowedRecord
    private let row: Row

    /// The columns, in the order in which they are read here.
    fileprivate static let columns = """
        \(AuditTable.columns), time, account, id, event, session, user, permission_set, node, region, linux_user, code
        """
    private static let time: Int32 = 5
    private static let account: Int32 = 6
    /// The member that each of the other columns repeats.
    private static let members: [(Int32, AuditRecordOutline.Member)] = [
        (7, .id), (8, .event), (9, .session), (10, .user), (11, .permissionSet), (12, .node), (13, .region),
        (14, .linuxUser), (15, .code),
    ]

    fileprivate init(_ row: Row) throws {
        guard let previous = row.borrowedBlob(2), let hash = row.borrowedBlob(3), let bytes = row.borrowedBlob(4) else {
            throw SQLiteFailure.corrupt
        }
        self.row = row
        record = BorrowedRecord(
            chain: Int(try row.integer(0)),
            sequence: try row.integer(1),
            previous: previous,
            hash: hash,
            bytes: bytes.assumingMemoryBound(to: UInt8.self)
        )
    }

    /// Whether the columns that queries look at say what the record says.
    ///
    /// With an intact chain behind them, wrong ones would still hide or forge an answer.
    ///
    /// - Parameter outline: That of this record.
    /// - Returns: Whether each does.
    public func columnsAgree(with outline: AuditRecordOutline) -> Bool {
        // A column of another type than its own is as wrong as another value.
        guard let time = try? row.integer(Self.time), outline.moment?.milliseconds == time else { return false }
        let account: AuditRecordOutline.Member = outline.lacks(.nodeAccount) ? .callerAccount : .nodeAccount
        return agrees(Self.account, with: account, of: outline)
            && Self.members.allSatisfy { agrees($0, with: $1, of: outline) }
    }

    private func agrees(
        _ column: Int32,
        with member: AuditRecordOutline.Member,
        of outline: AuditRecordOutline
    ) -> Bool {
        if row.isNull(column) { return outline.lacks(member) }
        return row.borrowedText(column).map { outline.says($0, in: member) } ?? false
    }
}

/// A row that no chain leads to.
public struct StrayRow: Sendable, Hashable {
    /// The row's chain, as it says.
    public let chain: Int
    /// The row's place in it, as it says.
    public let sequence: Int64
}

/// What verification reads of a file.
extension AuditTable {
    /// Takes the records of a stretch of one chain, in order, where they lie.
    ///
    /// - Parameters:
    ///   - chain: Which chain.
    ///   - places: The first and the last place wanted.
    ///   - take: Gets each record, and says whether to go on.
    /// - Throws: ``SQLiteFailure``, and what `take` throws.
    func walk(_ chain: Int, _ places: ClosedRange<Int64>, take: (StoredRecord) throws -> Bool) throws {
        try connection.walk(
            "SELECT \(StoredRecord.columns) FROM audit WHERE chain = ? AND seq >= ? AND seq <= ? ORDER BY seq",
            [.integer(Int64(chain)), .integer(places.lowerBound), .integer(places.upperBound)]
        ) { try take(StoredRecord($0)) }
    }

    /// The first row that stands outside of what the heads say; each step is a look into the index of places.
    func stray() throws -> StrayRow? {
        var known = ""
        var values: [SQLValue] = []
        for head in try heads() {
            let chain = SQLValue.integer(Int64(head.chain))
            let found =
                try strays("chain < ?\(known)", [chain] + values)
                ?? strays("chain = ? AND seq < 0", [chain])
                ?? strays("chain = ? AND seq > ?", [chain, .integer(head.sequence)])
            if let found { return found }
            (known, values) = (" AND chain > ?", [chain])
        }
        return try strays("1\(known)", values)
    }

    private func strays(_ condition: String, _ values: [SQLValue]) throws -> StrayRow? {
        try connection.rows(
            "SELECT chain, seq FROM audit WHERE \(condition) ORDER BY chain, seq LIMIT 1",
            values
        ) { StrayRow(chain: Int(try $0.integer(0)), sequence: try $0.integer(1)) }.first
    }
}

internal import AWSClient
internal import SessionCore

/// The writes of one append, each with what it is for: DynamoDB says by place which of them it refused.
struct AppendTransaction {
    /// What a write is for.
    enum Part: Sendable, Hashable {
        /// The record in its place.
        case record
        /// The head, from the record before to this one.
        case head
        /// The record's id, so that appending it again finds it.
        case marker
        /// The caller's request id, used once.
        case claim
        /// The intent's one outcome.
        case outcome
        /// The place of the record in its session.
        case pointer
        /// The session as it stands.
        case session
        /// How many sessions the owner has.
        case counter
        /// That nobody concerned is blocked.
        case unblocked
        /// The published version of the role map.
        case version
        /// The pointer to the current version, from the one before.
        case current
        /// The change of a block.
        case block
    }

    private(set) var writes: [(part: Part, write: DynamoDB.Write)] = []
    /// Belongs to exactly these writes.
    var token = ""

    private let tables: Tables
    private let record: AuditRecord
    private let next: ChainedRecord

    init(tables: Tables, record: AuditRecord, next: ChainedRecord) {
        self.tables = tables
        self.record = record
        self.next = next
        add(.record, next.item(of: record))
        add(.marker, Tables.key(Tables.record(record.id)).merging(placeOfRecord) { $1 })
        let who: Attributes = ["record": .string(record.id.text)]
        if let claim = record.claim { add(.claim, Tables.key(Tables.claim(claim)).merging(who) { $1 }) }
        if let intent = record.outcomeOf { add(.outcome, Tables.key(Tables.outcome(intent)).merging(who) { $1 }) }
    }

    private var placeOfRecord: Attributes { ["chain": .number(Int64(next.chain)), "seq": .number(next.sequence)] }

    private mutating func add(_ part: Part, _ item: Attributes) {
        writes.append((part, .put(item, in: tables.audit, if: Tables.isNew)))
    }

    /// Moves the head from where it was seen.
    mutating func move(_ head: ChainHead) {
        writes.append((.head, ChainHead.move(from: head, to: next, in: tables.heads)))
    }

    /// Adds what the terms ask for besides the limit.
    mutating func hold(to terms: AppendTerms) {
        for key in terms.unlessBlocked where key != terms.blocking?.key {
            writes.append(
                (.unblocked, .check(Tables.key(only: Tables.block(key)), in: tables.sessions, if: Tables.hasNoBody))
            )
        }
        if let version = terms.publishing {
            add(.version, version.item)
            writes.append((.current, version.pointer.move(in: tables.heads)))
        }
        if let change = terms.blocking { writes.append((.block, change.write(to: tables.sessions))) }
    }

    /// Keeps the state of the record's session, and the record's place in it.
    mutating func keep(_ session: SessionItem, of id: RecordID) {
        let place = "\(Tables.padded(record.time.milliseconds))#\(Tables.padded(session.revision, to: 10))"
        add(.pointer, Tables.key(Tables.session(id), place).merging(placeOfRecord) { $1 })
        writes.append((.session, session.write(id: id, to: tables.sessions)))
    }

    /// Counts the session for its owner, or no longer, and holds an intent to the limit.
    mutating func count(from before: SessionItem, to after: SessionItem, limit: SessionLimit?) {
        guard let owner = after.session?.owner else { return }
        let change = (after.isCounted ? 1 : 0) - (before.isCounted ? 1 : 0)
        let bound = record.event == .intent ? limit : nil
        guard change != 0 || bound != nil else { return }
        let condition = bound.map { limit in
            // A limit of 0 allows none, not even a first one.
            DynamoDB.Expression(
                limit.maximum > 0 ? "attribute_not_exists(#count) OR #count < :maximum" : "#count < :maximum",
                values: [":maximum": .number(Int64(limit.maximum))]
            )
        }
        writes.append(
            (
                .counter,
                .update(
                    Tables.key(only: Tables.owner(owner)),
                    in: tables.sessions,
                    DynamoDB.Expression(
                        "ADD #count :change",
                        names: ["#count": "count"],
                        values: [":change": .number(Int64(change))]
                    ),
                    if: condition
                )
            )
        )
    }

    /// Which parts' conditions did not hold.
    func missed(_ failure: AWSFailure) -> Set<Part> {
        Set(
            zip(writes, failure.cancellationReasons).filter { $1.code == "ConditionalCheckFailed" }.map { $0.0.part }
        )
    }
}

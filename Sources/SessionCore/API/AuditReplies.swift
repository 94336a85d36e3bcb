internal import Digests

extension ChainedRecord {
    /// The record as `GET /v1/audit/records` answers it.
    ///
    /// Shape: `{"chain":0,"hash":"<64 hex>","previous":"<64 hex>","record":"<the canonical text>","sequence":7}`.
    /// The record travels as text, so that what is hashed is what was stored, byte for byte.
    public var json: JSON {
        [
            "chain": .integer(Int64(chain)),
            "hash": .string(Hexadecimal.text(hash)),
            "previous": .string(Hexadecimal.text(previous)),
            "record": .string(String(decoding: bytes, as: UTF8.self)),
            "sequence": .integer(sequence),
        ]
    }

    /// Reads a record as it travels; nil when something is missing.
    public init?(json: JSON) {
        guard let chain = json["chain"]?.number.flatMap({ Int(exactly: $0) }), let sequence = json["sequence"]?.number,
            let previous = json["previous"]?.text.flatMap({ Hexadecimal.bytes($0) }),
            let hash = json["hash"]?.text.flatMap({ Hexadecimal.bytes($0) }), let text = json["record"]?.text
        else { return nil }
        self.init(chain: chain, sequence: sequence, previous: previous, hash: hash, bytes: Array(text.utf8))
    }
}

extension AuditPage {
    /// The page as `GET /v1/audit/records` answers it.
    ///
    /// Shape: `{"next":"1795248000000.6f1c…","records":[…]}`, without `next` on the last page.
    public var json: JSON {
        .compact(["next": next.map { .string($0.text) }, "records": .array(records.map(\.json))])
    }

    /// Reads a page; nil when something is missing, a record is not one, or `next` is no cursor.
    ///
    /// To read past a wrong `next` would end a listing early, as if there were no more records.
    public init?(json: JSON) {
        guard let elements = json["records"]?.elements else { return nil }
        let records = elements.compactMap(ChainedRecord.init(json:))
        guard records.count == elements.count else { return nil }
        let next = json["next"]?.text.flatMap { AuditCursor($0) }
        guard next != nil || json["next"] == nil else { return nil }
        self.init(records: records, next: next)
    }
}

extension ChainHead {
    /// The head as `GET /v1/audit/heads` answers it.
    ///
    /// Shape: `{"chain":0,"hash":"<64 hex>","sequence":12}`, in a list named `heads`.
    public var json: JSON {
        [
            "chain": .integer(Int64(chain)),
            "hash": .string(Hexadecimal.text(hash)),
            "sequence": .integer(sequence),
        ]
    }

    /// Reads a head; nil when something is missing.
    public init?(json: JSON) {
        guard let chain = json["chain"]?.number.flatMap({ Int(exactly: $0) }), let sequence = json["sequence"]?.number,
            let hash = json["hash"]?.text.flatMap({ Hexadecimal.bytes($0) })
        else { return nil }
        self.init(chain: chain, sequence: sequence, hash: hash)
    }
}

extension AuditQuery {
    /// The names of the query parameters of `GET /v1/audit/records`.
    public enum Parameter: String, Sendable, CaseIterable {
        /// The user name.
        case user
        /// The permission set.
        case permissionSet
        /// The node.
        case node
        /// The account.
        case account
        /// The node's Region.
        case region
        /// The Linux user.
        case linuxUser
        /// The events, parted by commas.
        case event
        /// The decision.
        case code
        /// The session.
        case session
        /// The kind of session.
        case kind
        /// A part of the reason.
        case reason
        /// The ticket.
        case ticket
        /// Session Manager's id of the session.
        case sessionID = "sessionId"
        /// The request's id.
        case requestID = "requestId"
        /// The caller's address.
        case sourceIP = "sourceIp"
        /// The access key id of the caller or of the role session.
        case accessKeyID = "accessKeyId"
        /// A part of the client's name.
        case client
        /// The session document.
        case document
        /// The version of the role map.
        case mapVersion
        /// The earliest time.
        case since
        /// The first time no longer wanted.
        case until
        /// How many records at most.
        case limit
        /// Where the page before ended.
        case cursor
    }

    /// The query as query parameters, those that say something.
    public var parameters: [(name: String, value: String)] {
        let all: [(Parameter, String?)] = [
            (.user, user), (.permissionSet, permissionSet), (.node, node?.text), (.account, account?.digits),
            (.region, region?.name), (.linuxUser, linuxUser),
            (.event, events?.map(\.rawValue).sorted().joined(separator: ",")), (.code, code),
            (.session, session?.text),
        ]
        let rest: [(Parameter, String?)] = [
            (.since, since?.description), (.until, until?.description), (.limit, String(limit)),
            (.cursor, cursor?.text),
        ]
        let others = AuditField.allCases.compactMap { field in
            Parameter(rawValue: field.rawValue).map { ($0, fields[field]) }
        }
        return (all + others + rest).compactMap { parameter, value in value.map { (parameter.rawValue, $0) } }
    }

    private static var expectedEvents: String {
        "events parted by commas, of \(AuditEvent.allCases.map(\.rawValue).joined(separator: ", "))"
    }

    /// Reads query parameters.
    ///
    /// - Parameter parameters: Names and values as they came, decoded.
    /// - Throws: ``Problem`` with `QUERY_INVALID` for a name that is unknown or repeated, or a value that is wrong.
    public init(parameters: [(name: String, value: String)]) throws(Problem) {
        var reader = QueryReader<Parameter>(parameters)
        self.init(
            user: reader.user(.user),
            permissionSet: reader.permissionSet(.permissionSet),
            node: reader.node(.node),
            account: reader.optional(.account, expected: "an account number of twelve digits") { try? AccountID($0) },
            region: reader.optional(.region, expected: "a Region as eu-west-1") { try? Region($0) },
            linuxUser: reader.optional(.linuxUser, expected: "a Linux user's name") { text in
                OpenSessionRequest.isPlainText(text, maximumLength: 32) ? text : nil
            },
            events: reader.optional(.event, expected: Self.expectedEvents) { text in
                QueryReader<Parameter>.set(text) { AuditEvent(rawValue: $0) }
            },
            code: reader.optional(.code, expected: "GRANTED or a problem's code") { text in
                text == AuditDecision.granted ? text : ProblemCode(rawValue: text)?.rawValue
            },
            session: reader.optional(.session, expected: "the broker's id of a session") { try? RecordID($0) },
            fields: AuditField.allCases.reduce(into: [:]) { fields, field in
                guard let parameter = Parameter(rawValue: field.rawValue) else { return }
                fields[field] = reader.optional(parameter, expected: field.expected) { field.accepts($0) ? $0 : nil }
            },
            since: reader.optional(.since, expected: "a time as RFC 3339") { Timestamp($0) },
            until: reader.optional(.until, expected: "a time as RFC 3339") { Timestamp($0) },
            limit: reader.limit(.limit, upTo: Self.maximumLimit),
            cursor: reader.cursor(.cursor)
        )
        try reader.finish()
    }
}

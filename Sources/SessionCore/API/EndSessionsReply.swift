/// What became of many sessions that were to end in one request.
///
/// Shape: `{"ended":["6f1c…"],"isComplete":false,"left":[{"code":"AWS_THROTTLED","id":"0d6b…"}]}`.
public struct EndSessionsReply: Sendable, Hashable {
    /// Those that have ended, by their ids.
    public var ended: [RecordID]
    /// Those that may still run.
    public var left: [Left]
    /// Whether all sessions were looked at; false when there are more than one request can look at.
    public var isComplete: Bool

    /// Makes a reply.
    public init(ended: [RecordID] = [], left: [Left] = [], isComplete: Bool = true) {
        self.ended = ended
        self.left = left
        self.isComplete = isComplete
    }

    /// The reply as JSON; `isComplete` is true only when nothing is left either.
    public var json: JSON {
        [
            "ended": .array(ended.map { .string($0.text) }),
            "isComplete": .bool(isComplete && left.isEmpty),
            "left": .array(left.map(\.json)),
        ]
    }

    /// Reads a reply; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let ended = json["ended"]?.elements, let left = json["left"]?.elements,
            case .bool(let isComplete) = json["isComplete"]
        else { return nil }
        self.init(
            ended: ended.compactMap { $0.text.flatMap { try? RecordID($0) } },
            left: left.compactMap(Left.init(json:)),
            isComplete: isComplete
        )
        guard self.ended.count == ended.count, self.left.count == left.count else { return nil }
    }
}

extension EndSessionsReply {
    /// A session that was to end and may still run.
    public struct Left: Sendable, Hashable {
        /// The broker's id of the session.
        public var id: RecordID
        /// Why it did not end: the raw value of a ``ProblemCode``.
        public var code: String

        /// Names a session and the reason.
        public init(id: RecordID, code: String) {
            self.id = id
            self.code = code
        }

        var json: JSON { ["code": .string(code), "id": .string(id.text)] }

        init?(json: JSON) {
            guard let id = json["id"]?.text.flatMap({ try? RecordID($0) }), let code = json["code"]?.text else {
                return nil
            }
            self.init(id: id, code: code)
        }
    }
}

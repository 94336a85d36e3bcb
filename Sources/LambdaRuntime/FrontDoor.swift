/// The one way in that this deployment has: a REST API or a Function URL, by its id.
///
/// Shape: `rest:a1b2c3d4e5` or `url:` and the Function URL's id.
public enum FrontDoor: Sendable, Hashable, CustomStringConvertible {
    /// A REST API with this id.
    case restAPI(String)
    /// A Function URL with this id: the first label of its host name.
    case functionURL(String)

    /// What is wrong with a text that names no front door.
    public enum Rejection: Error, Sendable, Hashable, CustomStringConvertible {
        /// It starts with neither `rest:` nor `url:`.
        case kind
        /// The id is empty, over 64 characters, or has others than `a` to `z` and digits.
        case id(String)

        /// One line for the person who configures it.
        public var description: String {
            switch self {
            case .kind: "needs rest:<api id> or url:<url id>"
            case .id(let text): "needs an id of 1 to 64 characters a-z and 0-9, not \"\(text)\""
            }
        }
    }

    /// Reads the configured text.
    ///
    /// - Throws: ``Rejection`` naming what is wrong.
    public init(_ text: String) throws(Rejection) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "rest" || parts[0] == "url" else { throw .kind }
        let id = String(parts[1])
        let lowercase = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard (1...64).contains(id.utf8.count), id.utf8.allSatisfy({ lowercase.contains($0) || digits.contains($0) })
        else { throw .id(id) }
        self = parts[0] == "rest" ? .restAPI(id) : .functionURL(id)
    }

    /// The text it is configured with.
    public var description: String {
        switch self {
        case .restAPI(let id): "rest:\(id)"
        case .functionURL(let id): "url:\(id)"
        }
    }

    /// The shape its events have.
    var shape: EventShape {
        switch self {
        case .restAPI: .restAPI
        case .functionURL: .functionURL
        }
    }
}

/// What is done when the configured schedule says that it is time.
public struct ScheduledWork: Sendable {
    let rule: ScheduleRule
    let run: @Sendable (ScheduledEvent, Invocation) async throws -> [UInt8]

    /// Ties work to a rule.
    ///
    /// - Parameters:
    ///   - rule: The only rule whose events are taken.
    ///   - run: Does the work; gives the invocation's response, which is JSON.
    public init(
        rule: ScheduleRule,
        run: @escaping @Sendable (ScheduledEvent, Invocation) async throws -> [UInt8]
    ) {
        self.rule = rule
        self.run = run
    }
}

extension FrontDoor {
    /// Makes a handler that reads this front door's events and writes its replies.
    ///
    /// An event that came neither through this front door nor from the schedule is that invocation's failure, and nothing is called.
    /// - Parameters:
    ///   - schedule: What is done on schedule; nil when every scheduled event is refused.
    ///   - answer: Answers a request; what it throws is the invocation's failure too.
    /// - Returns: The handler, for ``InvocationLoop/run(_:)``.
    public func handler(
        schedule: ScheduledWork? = nil,
        _ answer: @escaping @Sendable (FrontDoorRequest, Invocation) async throws -> FrontDoorReply
    ) -> InvocationHandler {
        { invocation in
            switch try InvocationEvent(invocation.event, through: self, rule: schedule?.rule) {
            case .request(let request): return try self.encode(await answer(request, invocation))
            case .schedule(let event):
                guard let schedule else { preconditionFailure("without a rule no scheduled event is read") }
                return try await schedule.run(event, invocation)
            }
        }
    }
}

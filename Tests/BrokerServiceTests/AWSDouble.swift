import HTTPTransport
import SessionCore
import Synchronization
import Testing

/// STS, IAM and Systems Manager at the level of HTTP: enough of each for the broker's calls, and nothing else.
///
/// Every call is attributed to the role session whose access key signed it, and a session that asks for more than its
/// session policy grants, or a call that the broker has no business to make, fails the test.
final class AWSDouble: HTTPTransport {
    /// What goes wrong with one attempt.
    enum Fault: Sendable {
        /// The service refuses by name.
        case refusal(String, status: Int = 400, message: String = "refused")
        /// An answer of nobody's form, after the effect.
        case garbage
        /// A 5xx without a body, after the effect.
        case serverError
        /// No answer, and the call had no effect.
        case timeoutBefore
        /// No answer, though the call had its effect.
        case timeoutAfter
    }

    /// One call as it came in.
    struct Call: Sendable {
        /// For example `StartSession`; of `AssumeRole` with what it is for, `AssumeRole start`;
        /// `GetRole target` is about the broker's own role.
        let name: String
        let region: String
        /// Form parameters or the members of a JSON body that are text.
        let parameters: [String: String]
        /// The body of a JSON call.
        let body: JSON
        /// Who signed; nil for the broker itself.
        let session: RoleSession?
        let moment: Timestamp
    }

    /// A role session that STS made here.
    struct RoleSession: Sendable {
        let account: String
        let use: String
        let name: String
        let policy: String
        let accessKeyID: String
        let secret: String
        let token: String
        var arn: String { "arn:aws:sts::\(account):assumed-role/SSMBrokerTarget/\(name)" }
    }

    struct World: Sendable {
        var roles: [String: [String: (path: String, id: String)]] = [:]
        /// The tags of the broker's role in every member account.
        var targetTags: [String: String] = [:]
        var nodes: [String: [Node]] = [:]
        var documents: [String: Document] = [:]
        var sessions: [Session] = []
        var roleSessions: [String: RoleSession] = [:]
        var calls: [Call] = []
        var faults: [String: [Fault?]] = [:]
        var latencies: [String: Int64] = [:]
        var hooks: [String: @Sendable () async -> Void] = [:]
        var secrets: [String] = []
        var counter = 0
        /// What the enforcer does when it is asked, and answers.
        var enforcer: (@Sendable (inout World) -> JSON)?
    }

    struct Node: Sendable {
        let id: String
        var platform: String? = "Linux"
        var ping = "Online"
        var tags: [String: String] = [:]
        /// As EC2 knows it.
        var address: String?
        /// As the node itself says.
        var reported: String?
    }

    struct Document: Sendable {
        var content: String
        var version = "1"
        var defaultVersion = "1"
    }

    struct Session: Sendable {
        let id: String
        let node: String
        let owner: String
        var isActive = true
        var status = "Connected"
        var started: Timestamp?
        var ended: Timestamp?
    }

    static let brokerKey = "ASIABROKEREXECUTION1"
    let world: Mutex<World>
    let clock: TestClock
    private let journal: Journal

    init(world: World, journal: Journal, clock: TestClock) {
        self.world = Mutex(world)
        self.journal = journal
        self.clock = clock
    }

    var calls: [Call] { world.withLock { $0.calls } }
    var sessions: [Session] { world.withLock { $0.sessions } }
    var activeSessions: [String] { sessions.filter(\.isActive).map(\.id) }
    var secrets: [String] { world.withLock { $0.secrets } }

    func calls(_ name: String) -> [Call] { calls.filter { $0.name == name } }
    func change(_ body: (inout World) -> Void) { world.withLock { body(&$0) } }

    /// Says what goes wrong with the next attempts of a call; nil lets one pass.
    func fault(_ name: String, _ faults: Fault?...) { change { $0.faults[name, default: []] += faults } }
    /// Lets time pass while a call is under way.
    func latency(_ name: String, milliseconds: Int64) { change { $0.latencies[name] = milliseconds } }
    /// Does something while a call is under way, after its effect.
    func during(_ name: String, _ hook: @escaping @Sendable () async -> Void) { change { $0.hooks[name] = hook } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        guard let call = read(request) else {
            Issue.record("AWS was asked something unexpected: \(request.method) \(request.url)")
            throw HTTPFailure(.invalidURL, mayHaveReachedServer: false, explanation: "unexpected")
        }
        // A transport sends nothing for a task that is cancelled.
        guard !Task.isCancelled else {
            throw HTTPFailure(.cancelled, mayHaveReachedServer: false, explanation: "cancelled")
        }
        change { $0.calls.append(call) }
        journal.write("begin \(call.name)")
        let fault = world.withLock { world -> Fault? in
            guard world.faults[call.name]?.isEmpty == false else { return nil }
            return world.faults[call.name]?.removeFirst()
        }
        if let latency = world.withLock({ $0.latencies[call.name] }) { clock.advance(milliseconds: latency) }
        if case .refusal(let code, let status, let message) = fault {
            journal.write("end \(call.name)")
            return Self.refuse(call, code: code, status: status, message: message)
        }
        if case .timeoutBefore = fault { throw Self.timeout }
        let response = answer(call)
        if let hook = world.withLock({ $0.hooks[call.name] }) { await hook() }
        journal.write("end \(call.name)")
        guard !Task.isCancelled else {
            throw HTTPFailure(.cancelled, mayHaveReachedServer: true, explanation: "cancelled")
        }
        switch fault {
        case .garbage: return HTTPResponse(status: 200, body: Array("<html>proxy</html>".utf8))
        case .serverError: return HTTPResponse(status: 503)
        case .timeoutAfter: throw Self.timeout
        case .refusal, .timeoutBefore, nil: return response
        }
    }

    private static let timeout = HTTPFailure(.timeout, mayHaveReachedServer: true, explanation: "no answer in time")

    private func answer(_ call: Call) -> HTTPResponse {
        world.withLock { world in
            world.counter += 1
            let id = "aws-\(call.name.split(separator: " ")[0])-\(world.counter)"
            return world.answer(call, requestID: id, now: clock.now)
        }
    }

    /// The refusal of a service, in the form of its protocol.
    static func refuse(_ call: Call, code: String, status: Int = 400, message: String) -> HTTPResponse {
        let id = HTTPHeader("x-amzn-RequestId", "aws-\(call.name.split(separator: " ")[0])-refused")
        guard call.body == .null else {
            let body: JSON = ["__type": .string(code), "message": .string(message)]
            return HTTPResponse(status: status, headers: [id], body: body.canonicalBytes)
        }
        guard call.name != "DescribeInstances" else {
            let text =
                "<Response><Errors><Error><Code>\(code)</Code><Message>\(message)</Message></Error></Errors></Response>"
            return HTTPResponse(status: status, headers: [id], body: Array(text.utf8))
        }
        let text = "<ErrorResponse><Error><Code>\(code)</Code><Message>\(message)</Message></Error></ErrorResponse>"
        return HTTPResponse(status: status, headers: [id], body: Array(text.utf8))
    }
}

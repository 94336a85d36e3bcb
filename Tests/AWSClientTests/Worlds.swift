import AWSClient
import HTTPTransport
import Logging
import SessionCore
import Synchronization
import TestSupport

/// What a client of a test did to the world around it.
final class Witness: Sendable {
    private let seen = Mutex<(waits: [Int], lines: [String])>(([], []))

    /// The waits asked for, in milliseconds.
    var waits: [Int] { seen.withLock { $0.waits } }
    /// The log lines: message, then metadata sorted by key.
    var lines: [String] { seen.withLock { $0.lines } }

    func wait(_ milliseconds: Int) { seen.withLock { $0.waits.append(milliseconds) } }
    func log(_ line: String) { seen.withLock { $0.lines.append(line) } }
}

private struct WitnessLog: LogHandler {
    let witness: Witness
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        witness.log("\(event.level) \(event.message) \(facts.joined(separator: " "))")
    }
}

/// A client whose clock stands still at a known moment but for its waits, and whose random number is always one half.
func client(
    _ transport: any HTTPTransport,
    _ witness: Witness = Witness(),
    deadline: Timestamp? = nil,
    endpoints: AWSEndpoints = AWSEndpoints()
) -> AWSClient {
    AWSClient(
        transport: transport,
        endpoints: endpoints,
        now: { noon.advanced(byMilliseconds: witness.waits.reduce(0, +)) },
        sleep: { witness.wait($0) },
        random: { 0.5 },
        logger: Logger(label: "test") { _ in WitnessLog(witness: witness) },
        deadline: deadline
    )
}

/// 2026-11-21T12:00:00Z.
let noon = Timestamp(milliseconds: 1_795_262_400_000)

extension Timestamp {
    func advanced(byMilliseconds milliseconds: Int) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds + Int64(milliseconds))
    }
}

/// Keys of a role session, each part recognisable if it should turn up where it must not.
let session = AWSCredentials(
    accessKeyID: "ASIAEXAMPLE",
    secretAccessKey: Secret("SECRETKEY"),
    sessionToken: Secret("SECRETSESSIONTOKEN"),
    expiration: noon.advanced(bySeconds: 3600)
)

/// Ireland.
let ireland: Region = .ireland

extension Region {
    fileprivate static var ireland: Region {
        do throws(Rejection) {
            return try Region("eu-west-1")
        } catch {
            preconditionFailure("eu-west-1 is a Region")
        }
    }
}

extension ScriptedTransport {
    /// A transport that gives one answer.
    convenience init(status: Int, _ body: String, headers: [HTTPHeader] = []) {
        self.init([.response(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))])
    }
}

extension ScriptedTransport.Answer {
    /// An error of a JSON service.
    static func json(_ status: Int, _ type: String, _ message: String = "words") -> Self {
        .response(
            HTTPResponse(
                status: status,
                headers: [HTTPHeader("x-amzn-RequestId", "r-\(status)")],
                body: Array(#"{"__type":"\#(type)","message":"\#(message)"}"#.utf8)
            )
        )
    }

    /// A whole reply with this body.
    static func body(_ status: Int, _ text: String) -> Self {
        .response(HTTPResponse(status: status, body: Array(text.utf8)))
    }

    /// No reply.
    static func failure(_ kind: HTTPFailure.Kind, reached: Bool) -> Self {
        .failure(HTTPFailure(kind, mayHaveReachedServer: reached, explanation: "h: words"))
    }
}

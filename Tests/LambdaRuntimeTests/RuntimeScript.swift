import HTTPTransport
import LambdaRuntime
import Logging
import Synchronization
import TestSupport
import Testing

/// A Runtime API that answers by script; after the script, the network is gone, which is how a loop under test ends.
struct RuntimeScript {
    static let id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    static let gone = HTTPFailure(.unreachable, mayHaveReachedServer: false, explanation: "scripted end")
    static let accepted = ScriptedTransport.Answer.response(HTTPResponse(status: 202))

    /// What was said about an invocation.
    static func invocation(
        _ event: String = "{}",
        id: String? = id,
        deadline: String? = "1542409706888",
        status: Int = 200
    ) -> ScriptedTransport.Answer {
        var headers = [
            HTTPHeader("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:999900001111:function:broker"),
            HTTPHeader("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1"),
        ]
        if let id { headers.append(HTTPHeader("Lambda-Runtime-Aws-Request-Id", id)) }
        if let deadline { headers.append(HTTPHeader("Lambda-Runtime-Deadline-Ms", deadline)) }
        return .response(HTTPResponse(status: status, headers: headers, body: Array(event.utf8)))
    }

    static func status(_ status: Int) -> ScriptedTransport.Answer { .response(HTTPResponse(status: status)) }

    /// Runs the loop over a script until it ends.
    ///
    /// - Returns: The requests after each other as `METHOD path`, their bodies, and why the loop ended.
    static func run(
        _ answers: [ScriptedTransport.Answer],
        endsWith end: RuntimeFailure = .noReply(.next, gone),
        logger: Logger = .silent,
        handler: @escaping InvocationHandler = { _ in Array("{}".utf8) }
    ) async throws -> [HTTPRequest] {
        let script = end == .noReply(.next, gone) ? answers + [.failure(gone)] : answers
        let transport = ScriptedTransport(script)
        let api = RuntimeAPI(endpoint: try RuntimeEndpoint("127.0.0.1:9001"), transport: transport)
        await #expect(throws: end) { try await InvocationLoop(api: api, logger: logger).run(handler) }
        #expect(transport.isExhausted)
        return transport.requests
    }
}

extension HTTPRequest {
    static let base = "http://127.0.0.1:9001/2018-06-01/runtime"
    static let nextLine = "GET \(base)/invocation/next"
    static let responseLine = "POST \(base)/invocation/\(RuntimeScript.id)/response"
    static let errorLine = "POST \(base)/invocation/\(RuntimeScript.id)/error"

    /// Method and address.
    var line: String { "\(method) \(url)" }
    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }
    /// The error report's type, as the header has it.
    var errorType: String? { headers.first { $0.name == "Lambda-Runtime-Function-Error-Type" }?.value }
}

/// Keeps every log line.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// The lines so far: level, message and metadata.
    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(lines: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let line = (["\(event.level)", "\(event.message)"] + facts).joined(separator: " ")
            lines.lines.withLock { $0.append(line) }
        }
    }
}

extension Logger {
    /// Says nothing.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

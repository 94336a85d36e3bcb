import AWSClient
import Foundation
import HTTPTransport
import SessionCore
import Synchronization
import TestSupport

@testable import ssm_broker

/// A world in which everything is known: scripted answers, a fixed time, output that is kept.
final class World: Sendable {
    /// What was written where; apart from the world, which goes with its folder when nobody but the written dependencies know it.
    private final class Notebook: Sendable {
        let pages = Mutex((result: "", notes: ""))
    }

    static let now = Timestamp(milliseconds: 1_795_248_000_000)
    static let keys = AWSCredentials(
        accessKeyID: "ASIAENGINEER",
        secretAccessKey: Secret("engineer-secret"),
        sessionToken: Secret("engineer-token")
    )
    static let broker = [
        "SSM_BROKER_URL": "https://abc123.execute-api.eu-west-1.amazonaws.com/prod", "SSM_BROKER_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
    ]

    let transport: ScriptedTransport
    let folder: TemporaryFolder
    let signals = SignalInbox()
    private let written = Notebook()

    init(_ answers: [ScriptedTransport.Answer] = []) throws {
        LostReaders.areErrors()
        transport = ScriptedTransport(answers)
        folder = try TemporaryFolder()
    }

    var result: String { written.pages.withLock(\.result) }
    var notes: String { written.pages.withLock(\.notes) }

    /// The dependencies; tests change what they are about.
    func dependencies(_ environment: [String: String] = [:], columns: Int? = nil) -> Dependencies {
        Dependencies(
            environment: Self.broker.merging(environment) { $1 },
            transport: transport,
            credentials: { _ in FixedCredentials(Self.keys) },
            now: { Self.now },
            makeID: { RecordID(random: Array(0..<16)) },
            output: Output(
                result: { [written] text in written.pages.withLock { $0.result += text } },
                note: { [written] text in written.pages.withLock { $0.notes += text } },
                columns: columns,
                pass: { [written] bytes in
                    written.pages.withLock { $0.result += String(decoding: bytes, as: UTF8.self) }
                },
                passErrors: { [written] bytes in
                    written.pages.withLock { $0.notes += String(decoding: bytes, as: UTF8.self) }
                }
            ),
            signals: signals,
            beginSignals: { _ in SignalPipe.Catching(settle: {}, end: {}) },
            executable: { Project.command },
            terminal: -1,
            installedPlugin: "/nonexistent/session-manager-plugin"
        )
    }

    /// The variables with which the stand-in plugin is found and steered.
    func pluginVariables(_ steering: [String: String] = [:]) -> [String: String] {
        [
            "PATH": "\(Project.fixtures)/plugin:/usr/bin:/bin", "PLUGIN_NOTES": folder.path, "TMPDIR": folder.path,
            "XDG_RUNTIME_DIR": "",
        ].merging(steering) { $1 }
    }
}

/// What the broker answers.
enum Answers {
    static let session = "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11"

    static func json(_ text: String, status: Int = 200) -> ScriptedTransport.Answer {
        .response(
            HTTPResponse(
                status: status,
                headers: [HTTPHeader("Content-Type", "application/json")],
                body: Array(text.utf8)
            )
        )
    }

    static func problem(_ code: ProblemCode, detail: String = "So it is.", next: String = "Do that.")
        -> ScriptedTransport.Answer
    {
        let problem = Problem(code, detail: detail, next: next, requestID: "req-1")
        return json(problem.json.canonicalText, status: code.status)
    }

    static func credentials(_ name: String, minutes: Int64) -> ChannelCredentials {
        ChannelCredentials(
            accessKeyID: "ASIA\(name)",
            secretAccessKey: Secret("\(name)-secret"),
            sessionToken: Secret("\(name)-token"),
            expiration: World.now.advanced(bySeconds: minutes * 60)
        )
    }

    static func opened(minutes: Int64 = 60) throws -> ScriptedTransport.Answer {
        json(try reply(minutes: minutes).json.canonicalText)
    }

    static func reply(minutes: Int64 = 60, isDryRun: Bool = false) throws -> OpenSessionReply {
        OpenSessionReply(
            id: try RecordID(session),
            kind: .shell,
            account: try AccountID("111122223333"),
            region: try Region("eu-west-1"),
            node: try NodeID("i-0bbbbbbbbbbbbbbb2"),
            permissionSet: "DatabaseAdmin",
            linuxUser: try LinuxUser("dbadmin"),
            document: "SSMBroker-Shell-DatabaseAdmin",
            channel: isDryRun
                ? nil
                : OpenSessionReply.Channel(
                    session: StartedSession(
                        sessionID: "alice.x1-0a1b2c3d4e5f60718",
                        tokenValue: Secret("the-token"),
                        streamURL: Secret(
                            "wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x?role=publish_subscribe"
                        )
                    ),
                    credentials: credentials("CHANNEL", minutes: minutes)
                )
        )
    }

    static let forbidden = json(#"{"__type":"AccessDeniedException","message":"no"}"#, status: 400)

    static let ended = json("{\"ended\":true,\"id\":\"\(session)\"}")
}

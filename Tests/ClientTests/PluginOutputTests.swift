import SessionCore
import Synchronization
import Testing

@testable import ssm_broker

@Suite("what the plugin writes")
struct PluginOutputTests {
    private static let id = "alice.x1-0a1b2c3d4e5f60718"
    private static let start = "\nStarting session with SessionId: \(id)\n"
    private static let end = "\n\nExiting session with sessionId: \(id).\n\n"

    struct Run: Sendable, CustomTestStringConvertible {
        let why: String
        let packets: [String]
        var output = ""
        var errors = ""
        let ending: CommandOutput.Ending
        var testDescription: String { why }
    }

    static let runs = [
        Run(why: "nothing but the end", packets: [start, "EXIT_CODE: 0", end], ending: .status(0)),
        Run(
            why: "both streams, line by line",
            packets: [start, "stdout::one\n", "stderr::two\n", "stdout::three\n", "EXIT_CODE: 3", end],
            output: "one\nthree\n",
            errors: "two\n",
            ending: .status(3)
        ),
        Run(
            why: "a long line of one stream, with the other in between",
            packets: [start, "stdout::aaa", "stderr::oops\n", "bbb\n", "EXIT_CODE: 0", end],
            output: "aaabbb\n",
            errors: "oops\n",
            ending: .status(0)
        ),
        Run(
            why: "two unfinished lines: what has no mark is whose spoke last",
            packets: [start, "stdout::aaa", "stderr::bbb", "ccc", "EXIT_CODE: 0", end],
            output: "aaa",
            errors: "bbbccc",
            ending: .status(0)
        ),
        Run(
            why: "bytes of a character that never came, before the mark",
            packets: [start, "stdout::a\n", "é\nstdout::b\n", "EXIT_CODE: 0", end],
            output: "a\né\nb\n",
            ending: .status(0)
        ),
        Run(
            why: "a command that says the words of the end itself",
            packets: [start, "stdout::EXIT_CODE: 0", end, "EXIT_CODE: 7", end],
            output: "EXIT_CODE: 0" + end,
            ending: .status(7)
        ),
        Run(
            why: "a status of a document without marks, said by the command, and then its own",
            packets: [start, "EXIT_CODE: 0", "more", "x", "EXIT_CODE: 7", end],
            output: "EXIT_CODE: 0morex",
            ending: .status(7)
        ),
        Run(why: "a signal ended it", packets: [start, "EXIT_CODE: -1", end], ending: .status(-1)),
        Run(
            why: "no such program",
            packets: [start, "EXIT_CODE: 1", "exec: \"x\": executable file not found in $PATH", end],
            ending: .notStarted("exec: \"x\": executable file not found in $PATH")
        ),
        Run(
            why: "a user who cannot be used",
            packets: [
                start, "Unable to start command: failed to start pty since RunAs user x does not exist\n\n",
                "\n\nSessionId: \(id) : \n----------ERROR-------\nUnable to start command: failed\n\n\n",
            ],
            ending: .notStarted("failed to start pty since RunAs user x does not exist\n\n")
        ),
        Run(
            why: "a session that was ended in the middle",
            packets: [start, "stdout::half", end],
            output: "half",
            ending: .untold(.closed(nil))
        ),
        Run(
            why: "a session that was ended after the command had said a status",
            packets: [start, "stdout::EXIT_CODE: 0", end],
            output: "EXIT_CODE: 0",
            ending: .untold(.closed(nil))
        ),
        Run(
            why: "a status on an unfinished line, and then a session that was not resumed",
            packets: [start, "stdout::a", "EXIT_CODE: 0", "Session: \(id) timed out.\n"],
            output: "a",
            ending: .untold(.timedOut)
        ),
        Run(
            why: "a resumption that came too late",
            packets: [start, "stdout::a\n", "Session: \(id) timed out.\n"],
            output: "a\n",
            ending: .untold(.timedOut)
        ),
        Run(
            why: "a plugin that gave up",
            packets: [start, "Cannot perform start session: EOF\n"],
            ending: .untold(.givenUp("Cannot perform start session: EOF"))
        ),
        Run(why: "a plugin that died", packets: [start], ending: .untold(nil)),
    ]

    @Test("a command's output, errors and status come apart again", arguments: runs)
    func command(_ run: Run) {
        let said = Mutex<[CommandOutput.Stream: String]>([:])
        var output = CommandOutput(
            chatter: PluginChatter(sessionID: Self.id),
            marks: [.output: SessionDocument.outputMark, .errors: SessionDocument.errorsMark]
        ) { stream, bytes in said.withLock { $0[stream, default: ""] += String(decoding: bytes, as: UTF8.self) } }
        for packet in run.packets { output.take(Array(packet.utf8)) }
        #expect(output.finish() == run.ending)
        #expect(said.withLock { $0[.output, default: ""] } == run.output)
        #expect(said.withLock { $0[.errors, default: ""] } == run.errors)
    }

    @Test("a forward is ready when the plugin says which port it opened")
    func forward() {
        var output = ForwardOutput(sessionID: Self.id, localPort: 0)
        let packets = [
            Self.start, "Port 15432 opened for sessionId \(Self.id).", "\nWaiting for connections...\n",
            "\nConnection accepted for session [\(Self.id)]\n",
            "\nConnection to destination port failed, check SSM Agent logs.\n", Self.end,
        ]
        #expect(
            packets.map { output.take(Array($0.utf8)) } == [
                nil, .ready(15432), nil, nil, .unreachable, .ended(.closed(nil)),
            ]
        )
    }

    @Test("a port that was not asked for, or a second one, is the node's word and not the plugin's")
    func foreignPort() {
        let says = { (port: Int) in Array("Port \(port) opened for sessionId \(Self.id).".utf8) }
        var asked = ForwardOutput(sessionID: Self.id, localPort: 15432)
        #expect([9999, 15432, 15432].map { asked.take(says($0)) } == [nil, .ready(15432), nil])
        var any = ForwardOutput(sessionID: Self.id, localPort: 0)
        #expect([9999, 15432].map { any.take(says($0)) } == [.ready(9999), nil])
    }

    @Test("a connection's bytes pass, and the plugin's own words before and after them do not")
    func connection() {
        let passed = Mutex("")
        var output = ConnectionOutput(sessionID: Self.id) { bytes in
            passed.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        for packet in [Self.start, "SSH-2.0-x\r\n", Self.end, "more", Self.end] { output.take(Array(packet.utf8)) }
        #expect(passed.withLock { $0 } == "SSH-2.0-x\r\n" + Self.end + "more")
        #expect(output.finish() == .closed(nil))
    }

    @Test("a pipe keeps each write by itself, and its reading ends with the last one")
    func packets() async throws {
        let pipe = try PacketPipe()
        let taken = Mutex<[String]>([])
        for text in ["one", "two", "three"] { Descriptor.write(text.utf8, to: pipe.writer) }
        async let reading: Void = pipe.read { bytes in
            taken.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
        pipe.stop()
        await reading
        #expect(taken.withLock { $0 } == ["one", "two", "three"])
        pipe.closeWriter()
    }
}

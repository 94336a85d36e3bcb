import SessionCore
import Testing

/// The body of `POST /v1/sessions`.
@Suite struct OpenSessionRequestTests {
    static let members: [String: JSON] = [
        "requestId": "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11",
        "time": "2026-11-21T08:00:00Z",
        "kind": "shell",
        "node": "i-0bbbbbbbbbbbbbbb2",
        "region": "eu-west-1",
    ]

    static func body(_ changes: [String: JSON?]) -> [UInt8] {
        var members = members
        for (name, value) in changes { members[name] = value }
        return JSON.object(members).canonicalBytes
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let why: String
        let body: [UInt8]
        let code: ProblemCode
        let detail: String
        var testDescription: String { why }

        init(why: String, _ changes: [String: JSON?], _ detail: String, code: ProblemCode = .bodyInvalid) {
            self.init(why: why, body: OpenSessionRequestTests.body(changes), detail, code: code)
        }

        init(why: String, body: [UInt8], _ detail: String, code: ProblemCode = .bodyInvalid) {
            self.why = why
            self.body = body
            self.code = code
            self.detail = detail
        }
    }

    static func reasonDetail(_ length: Int) -> String {
        length > 256
            ? "The reason has \(length) characters; at most 256 are taken."
            : "The reason is empty or blank, or holds control characters."
    }

    static let known =
        "client, command, dryRun, host, kind, localPort, node, port, reason, region, requestId, ticket, time"

    static let refusals = [
        Refusal(why: "nothing", body: [], "The body is not JSON: unexpectedEnd at byte 0."),
        Refusal(
            why: "a member twice",
            body: Array(#"{"node":1,"node":2}"#.utf8),
            #"The body is not JSON: duplicateMember("node") at byte 16."#
        ),
        Refusal(
            why: "more than is read",
            body: Array(repeating: 0x20, count: 32_769),
            "The body has 32769 bytes; at most 32768 are read."
        ),
        Refusal(why: "no id", ["requestId": nil], "requestId: Missing; expected a UUID."),
        Refusal(why: "an id of null", ["requestId": JSON.null], "requestId: Missing; expected a UUID."),
        Refusal(why: "an id that is none", ["requestId": "1"], "requestId: Expected a UUID."),
        Refusal(why: "a time without an offset", ["time": "2026-11-21T08:00:00"], "time: Expected a time as RFC 3339."),
        Refusal(why: "a kind that is none", ["kind": "sudo"], "kind: Expected one of shell, command, port, ssh."),
        Refusal(
            why: "a container for a node",
            ["node": "ecs:a_b_c"],
            "node: Expected a node id as i-0123456789abcdef0."
        ),
        Refusal(why: "a number for a Region", ["region": 1], "region: Expected a Region as eu-west-1."),
        Refusal(why: "text for a truth value", ["dryRun": "yes"], "dryRun: Expected true or false."),
        Refusal(why: "an empty ticket", ["ticket": ""], "ticket: Expected a ticket of 1 to 128 characters."),
        Refusal(why: "a blank ticket", ["ticket": " \u{3000}"], "ticket: Expected a ticket of 1 to 128 characters."),
        Refusal(
            why: "a long client",
            ["client": .string(String(repeating: "c", count: 129))],
            "client: Expected a client name of 1 to 128 characters."
        ),
        Refusal(why: "a misspelt member", ["linuxUser": "root"], "linuxUser: Unknown member; known here: \(known)."),
        Refusal(
            why: "the account of another",
            ["account": "444455556666"],
            "account: Unknown member; known here: \(known)."
        ),
        Refusal(
            why: "two wrong members, both named",
            ["node": "x", "region": "x"],
            "node: Expected a node id as i-0123456789abcdef0. region: Expected a Region as eu-west-1."
        ),
        Refusal(
            why: "a member that would move a terminal's cursor",
            ["\u{1B}[2J": 1],
            "\u{FFFD}[2J: Unknown member; known here: \(known)."
        ),
        Refusal(why: "a number for a reason", ["reason": 1], "reason: Expected text."),
        Refusal(why: "an empty reason", ["reason": ""], reasonDetail(0), code: .reasonInvalid),
        Refusal(why: "a blank reason", ["reason": " \u{A0} "], reasonDetail(3), code: .reasonInvalid),
        Refusal(
            why: "a long reason",
            ["reason": .string(String(repeating: "r", count: 257))],
            reasonDetail(257),
            code: .reasonInvalid
        ),
        Refusal(
            why: "a reason of 129 characters that AWS counts twice",
            ["reason": .string(String(repeating: "😀", count: 129))],
            reasonDetail(258),
            code: .reasonInvalid
        ),
        Refusal(why: "a reason of two lines", ["reason": "a\nb"], reasonDetail(3), code: .reasonInvalid),
        Refusal(
            why: "a reason with another line separator",
            ["reason": "a\u{2028}b"],
            reasonDetail(3),
            code: .reasonInvalid
        ),
        Refusal(
            why: "a reason that turns the text around",
            ["reason": "a\u{202E}b"],
            reasonDetail(3),
            code: .reasonInvalid
        ),
        Refusal(why: "a reason with an escape sequence", ["reason": "a\u{9B}b"], reasonDetail(3), code: .reasonInvalid),
    ]

    @Test("a body that is not what the route takes is refused, with all that is wrong", arguments: refusals)
    func refuses(_ refusal: Refusal) throws {
        let problem = try #require(throws: Problem.self) { try OpenSessionRequest(body: refusal.body) }
        #expect(problem.code == refusal.code)
        #expect(problem.detail == refusal.detail)
    }

    @Test("the smallest body is read")
    func smallest() throws {
        #expect(try OpenSessionRequest(body: Self.body([:])) == Cast.request())
    }

    @Test("a request survives its body, with every member", arguments: [true, false])
    func roundTrip(isDryRun: Bool) throws {
        var request = try Cast.request(reason: String(repeating: "😀", count: 128), ticket: "OPS-1 „ä“")
        request.isDryRun = isDryRun
        request.client = "ssm-broker/0.1.0"
        #expect(try OpenSessionRequest(body: request.json.canonicalBytes) == request)
        #expect(request.json["dryRun"] == (isDryRun ? true : nil))
    }

    static let foreign = "Only sessions of kind port have it; this one is of kind"
    static let line = "Expected one line of 1 to 4096 printable characters that begins with a word and has no {{."
    static let host = "Expected a host's name or IPv4 address in small letters; not a link-local address."

    static let parameterRefusals =
        [
            Refusal(why: "a shell to a port", ["port": 5432], "port: \(foreign) shell."),
            Refusal(why: "ssh to a host", ["kind": "ssh", "host": "db.internal"], "host: \(foreign) ssh."),
            Refusal(
                why: "a port with a command",
                ["kind": "port", "port": 1, "command": "id"],
                "command: Only sessions of kind command have it; this one is of kind port."
            ),
            Refusal(
                why: "a command without one",
                ["kind": "command"],
                "command: Missing; expected the command line to run."
            ),
            Refusal(
                why: "a port of null",
                ["kind": "port", "port": JSON.null],
                "port: Missing; expected the port to reach, from 1 to 65535."
            ),
            Refusal(why: "port 0", ["kind": "port", "port": 0], "port: Expected a whole number from 1 to 65535."),
            Refusal(
                why: "port 65536",
                ["kind": "port", "port": 65_536],
                "port: Expected a whole number from 1 to 65535."
            ),
            Refusal(
                why: "a port as text",
                ["kind": "port", "port": "5432"],
                "port: Expected a whole number from 1 to 65535."
            ),
            Refusal(
                why: "a local port that is none",
                ["kind": "port", "port": 1, "localPort": -1],
                "localPort: Expected a whole number from 0 to 65535."
            ),
        ]
        + ["", "DB", "a_b", "*.internal", "a..b", "-a", "169.254.169.254", "2852039166", "1.2.3", "::1", "a\n"].map {
            text in
            Refusal(why: "the host \(text)", ["kind": "port", "port": 1, "host": .string(text)], "host: \(host)")
        }
        + ["", " ls", "\u{A0}ls", "# nothing", "a\nb", "a{{ssm:b}}", "a{{\u{301}", String(repeating: "a", count: 4097)]
        .map { text in
            Refusal(why: "the command \(text)", ["kind": "command", "command": .string(text)], "command: \(line)")
        }

    @Test("a member that does not belong to the kind is refused, and one that is wrong", arguments: parameterRefusals)
    func refusesParameters(_ refusal: Refusal) throws {
        try refuses(refusal)
    }

    static let parameters: [(SessionKind, SessionParameters)] = [
        (.shell, SessionParameters()), (.ssh, SessionParameters()),
        (.command, SessionParameters(command: "sh -c 'df -h | tail -1' # {a,b}")),
        (.command, SessionParameters(command: String(repeating: "\u{2014}", count: 4096))),
        (.port, SessionParameters(port: 1)),
        (.port, SessionParameters(port: 65_535, host: "db-1.internal", localPort: 0)),
        (.port, SessionParameters(port: 5432, host: "10.0.0.1", localPort: 65_535)),
    ]

    @Test("what belongs to a kind survives its body", arguments: parameters)
    func parametersRoundTrip(_ kind: SessionKind, _ parameters: SessionParameters) throws {
        var request = try Cast.request()
        request.kind = kind
        request.parameters = parameters
        #expect(try OpenSessionRequest(body: request.json.canonicalBytes) == request)
    }

    @Test("an id in capitals is the same id, so that a replay in other letters is one")
    func capitals() throws {
        let request = try OpenSessionRequest(body: Self.body(["requestId": "6F1C0E8A-3B52-4E0B-9A64-0D6B0A3C9D11"]))
        #expect(request.requestID.text == "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11")
    }

    @Test("what a refusal repeats of the body is short")
    func shortDetail() throws {
        let name = String(repeating: "n", count: 3000)
        for body in [Self.body([name: 1]), Array(#"{"\#(name)":1,"\#(name)":2}"#.utf8)] {
            let problem = try #require(throws: Problem.self) { try OpenSessionRequest(body: body) }
            #expect(problem.detail.unicodeScalars.count <= 1024)
        }
    }
}

import TestSupport
import Testing

@testable import SessionCore

/// The broker's word on ports, hosts and commands, against the session document's own patterns: whatever the one admits, so does the other.
///
/// The patterns are tried with a regular expression engine that is not ours, as the agent tries them: anywhere in the value.
@Suite struct ParameterJudgementTests {
    /// What the map gives to a request of alice's, or why not.
    static func judge(_ kind: SessionKind, _ parameters: SessionParameters, _ map: RoleMap) throws -> Result<
        Entitlement, Problem
    > {
        var request = try Cast.request()
        request.kind = kind
        request.parameters = parameters
        let (caller, ceiling) = (try Cast.caller(), try Cast.ceiling())
        return Result { () throws(Problem) in
            try Entitlement(caller: caller, request: request, map: map, ceiling: ceiling, now: Cast.now)
        }
    }

    static func map(_ entry: [String: JSON]) throws -> RoleMap {
        try Cast.map("DatabaseAdmin", with: ["ports": JSON.null].merging(entry) { _, new in new })
    }

    /// The patterns of a document's parameters, ready to be tried.
    static func patterns(_ kind: SessionKind, _ map: RoleMap) throws -> [String: Regex<AnyRegexOutput>] {
        let name = try PermissionSetName("DatabaseAdmin")
        let document = SessionDocument(kind, of: name, entry: try #require(map.entries[name]), in: .template)
        return try (document.content["parameters"]?.members ?? [:]).mapValues { parameter in
            try Regex(try #require(parameter["allowedPattern"]?.text)).matchingSemantics(.unicodeScalar)
                .asciiOnlyDigits().asciiOnlyWordCharacters()
        }
    }

    /// Whether every parameter that would go to StartSession fits the document, and none is missing or too many.
    static func fits(_ granted: Entitlement, _ patterns: [String: Regex<AnyRegexOutput>]) throws -> Bool {
        #expect(Set(granted.startParameters.keys) == Set(patterns.keys))
        return try patterns.allSatisfy { name, pattern in
            let values = try #require(granted.startParameters[name])
            #expect(values.count == 1)
            return values[0].firstMatch(of: pattern) != nil
        }
    }

    static func ranges(_ generator: inout SeededGenerator) -> [JSON] {
        (0..<Int.random(in: 1...4, using: &generator)).map { _ in
            let low = Int.random(in: 1...65_535, using: &generator)
            let high = min(65_535, low + generator.pick([0, 1, 9, 99, 1000, 20_000]))
            return low == high ? .integer(Int64(low)) : .string("\(low)-\(high)")
        }
    }

    @Test(
        "a port is admitted exactly when its text fits the document's pattern",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func ports(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let map = try Self.map(["sessions": ["port"], "ports": ["remote": .array(Self.ranges(&generator))]])
        let pattern = try #require(Self.patterns(.port, map)["portNumber"])
        let rule = try #require(map.entries[PermissionSetName("DatabaseAdmin")]?.ports)
        let edges = rule.remote.flatMap { [$0.lowerBound - 1, $0.lowerBound, $0.upperBound, $0.upperBound + 1] }
        let random = (0..<Generated.count(300)).map { _ in Int.random(in: 1...65_535, using: &generator) }
        for port in edges + random where (1...65_535).contains(port) {
            let verdict = try Self.judge(.port, SessionParameters(port: port), map)
            let isAdmitted = (try? verdict.get()) != nil
            #expect(isAdmitted == (String(port).firstMatch(of: pattern) != nil), "\(port)")
            guard case .failure(let problem) = verdict else { continue }
            #expect(problem.code == .portNotAllowed)
            #expect(problem.detail.contains("port \(port);"))
        }
    }

    static let labels = ["db", "a", "cache", "internal", "x-1", "0", "10", "169", "254", "localhost", "node", "z9z"]

    static func host(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...4, using: &generator)).map { _ in generator.pick(labels) }.joined(separator: ".")
    }

    @Test("a host is admitted exactly when the document's pattern takes it", arguments: 1...8 as ClosedRange<UInt64>)
    func hosts(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let names = (0..<40).map { _ in
            (Bool.random(using: &generator) ? "*." : "") + Self.host(&generator)
        }
        let hosts = names.filter { RoleMap.PortRule.Host($0) != nil }.prefix(6)
        let entry: [String: JSON] = ["remote": [5432], "hosts": .array(hosts.map(JSON.string))]
        let map = try Self.map(["sessions": ["port"], "ports": .object(entry)])
        let patterns = try Self.patterns(.port, map)
        let pattern = try #require(patterns["host"])
        var admitted = 0
        let near = hosts.map { String($0.replacing("*", with: "db")) } + hosts.map { String($0.dropFirst(2)) }
        for host in near + (0..<Generated.count(200)).map({ _ in Self.host(&generator) })
        where RoleMap.PortRule.Host.isName(host) {
            let verdict = try Self.judge(.port, SessionParameters(port: 5432, host: host), map)
            let granted = try? verdict.get()
            #expect((granted != nil) == (host.firstMatch(of: pattern) != nil), "\(host)")
            if let granted {
                admitted += 1
                #expect(try Self.fits(granted, patterns))
                #expect(granted.startParameters["host"] == [host])
            } else if case .failure(let problem) = verdict {
                #expect(problem.code == .hostNotAllowed)
                #expect(problem.detail.contains(hosts[0]))
            }
        }
        #expect(admitted > 0)
    }

    @Test("the node itself is meant without a host, and is one of a map's hosts only as localhost")
    func node() throws {
        let asked = SessionParameters(port: 5432)
        let own = try Self.map(["sessions": ["port"], "ports": ["remote": [5432]]])
        #expect(
            try Self.judge(.port, asked, own).get().startParameters == [
                "localPortNumber": ["0"], "portNumber": ["5432"],
            ]
        )
        let named = SessionParameters(port: 5432, host: "localhost", localPort: 15_432)
        #expect(try Self.fits(Self.judge(.port, named, own).get(), Self.patterns(.port, own)))
        let withNode: JSON = ["remote": [5432], "hosts": ["localhost", "db.internal"]]
        let both = try Self.map(["sessions": ["port"], "ports": withNode])
        #expect(try Self.judge(.port, asked, both).get().startParameters["host"] == ["localhost"])
        #expect(try Self.fits(Self.judge(.port, asked, both).get(), Self.patterns(.port, both)))
        let without: JSON = ["remote": [5432], "hosts": ["db.internal", "*.cache.internal"]]
        let others = try Self.map(["sessions": ["port"], "ports": without])
        let problem = try #require(throws: Problem.self) { try Self.judge(.port, asked, others).get() }
        #expect(
            problem
                == Problem(
                    .hostNotAllowed,
                    detail:
                        "Permission set DatabaseAdmin may not reach ports of the node itself (localhost); it may reach those of db.internal, *.cache.internal only.",
                    next: "Name one of them with --remote-host."
                )
        )
    }

    /// A pattern of the language that maps may use, and a text that fits it.
    static func pattern(_ generator: inout SeededGenerator, depth: Int) -> (pattern: String, text: String) {
        let parts = (0..<Int.random(in: 1...3, using: &generator)).map { _ in part(&generator, depth: depth) }
        return (parts.map(\.pattern).joined(), parts.map(\.text).joined())
    }

    private static func part(_ generator: inout SeededGenerator, depth: Int) -> (pattern: String, text: String) {
        let simple = [
            ("a", "a"), ("ls ", "ls "), ("\\.", "."), ("\\d", "7"), ("\\w", "_"), ("[a-c]", "b"), ("[x\\]-]", "-"),
            ("\\$", "$"),
        ]
        var (pattern, text) = generator.pick(simple)
        if depth > 0, Bool.random(using: &generator) {
            let choices = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                self.pattern(&generator, depth: depth - 1)
            }
            text = generator.pick(choices).text
            pattern = "\(generator.pick(["(", "(?:"]))\(choices.map(\.pattern).joined(separator: "|")))"
        } else if pattern.count > 2, !pattern.hasPrefix("[") {
            return (pattern, text)
        }
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return (pattern + "?", Bool.random(using: &generator) ? text : "")
        case 1: return (pattern + "*", String(repeating: text, count: Int.random(in: 0...2, using: &generator)))
        case 2: return (pattern + "+", text + text)
        case 3: return (pattern + "{2}", text + text)
        case 4: return (pattern + "{1,3}", text)
        case 5: return (pattern + "{0,}", "")
        default: return (pattern, text)
        }
    }

    @Test(
        "a command is admitted exactly when the document's pattern takes it",
        arguments: 1...24 as ClosedRange<UInt64>
    )
    func commands(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let made = (0..<Int.random(in: 1...3, using: &generator)).map { _ in Self.pattern(&generator, depth: 2) }
        let rule: JSON = ["patterns": .array(made.map { .string("^\($0.pattern)$") })]
        let map = try Self.map(["sessions": ["command"], "commands": rule])
        let patterns = try Self.patterns(.command, map)
        let pattern = try #require(patterns["command"])
        var admitted = 0
        for round in 0..<Generated.count(60) {
            let fitting = Self.repeated(generator.pick(made).text, &generator)
            let mutant = String(decoding: FuzzTests.mutated(Array(fitting.utf8), &generator), as: UTF8.self)
            let command = round % 2 == 0 ? fitting : mutant
            // The other engine tries one way after the other, which takes for ever on some patterns when texts are long.
            guard SessionParameters.isCommand(command), command.utf8.count <= 24 else { continue }
            let verdict = try Self.judge(.command, SessionParameters(command: command), map)
            let granted = try? verdict.get()
            #expect((granted != nil) == (command.firstMatch(of: pattern) != nil), "\(command) \(rule.canonicalText)")
            if let granted {
                admitted += 1
                #expect(try Self.fits(granted, patterns))
            } else if case .failure(let problem) = verdict {
                #expect(problem.code == .commandNotAllowed && problem.detail.contains("^\(made[0].pattern)$"))
            }
        }
        let isAny = made.contains { SessionParameters.isCommand($0.text) && $0.text.utf8.count <= 12 }
        #expect(admitted > 0 || !isAny)
    }

    /// As it is, or with a stretch of it twice.
    private static func repeated(_ text: String, _ generator: inout SeededGenerator) -> String {
        guard Bool.random(using: &generator), !text.isEmpty else { return text }
        return text + text.suffix(Int.random(in: 1...text.count, using: &generator))
    }

    @Test(
        "any command line that a request may have fits a document that takes every command",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func anyCommand(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let map = try Self.map(["sessions": ["command"]])
        let pattern = try #require(Self.patterns(.command, map)["command"])
        let pieces = [
            "{", "}", " ", "#", "'", "\"", "\\", "|", "a", "é", "\u{301}", "😀", "{a}", "$HOME", "\n", "\u{7F}", "\t",
            "{{",
        ]
        for _ in 0..<Generated.count(400) {
            let text = generator.joined(pieces, upTo: 8)
            let isTaken = !text.isEmpty && text.firstMatch(of: pattern) != nil
            let isGranted = (try? Self.judge(.command, SessionParameters(command: text), map).get()) != nil
            #expect(isGranted == isTaken, "\(text.debugDescription)")
        }
    }

    @Test("a session whose record lost what it was for is refused, and so is a command or port that was never named")
    func absent() throws {
        let map = try Self.map(["sessions": ["command", "port"], "ports": ["remote": [1]]])
        let command = try #require(throws: Problem.self) { try Self.judge(.command, SessionParameters(), map).get() }
        #expect(command.code == .commandNotAllowed)
        let port = try #require(throws: Problem.self) { try Self.judge(.port, SessionParameters(), map).get() }
        #expect(port.code == .portNotAllowed)
    }

    @Test("a refusal names a dozen of what is allowed, and how many more there are")
    func many() throws {
        let ports = JSON.array((1...40).map { .integer(Int64($0 * 2)) })
        let map = try Self.map(["sessions": ["port"], "ports": ["remote": ports]])
        let problem = try #require(throws: Problem.self) {
            try Self.judge(.port, SessionParameters(port: 3), map).get()
        }
        #expect(
            problem.detail
                == "Permission set DatabaseAdmin may not reach port 3; it may reach 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24 and 28 more."
        )
        #expect(problem.next == "See what it may reach: ssm-broker whoami")
    }

    @Test("what a pattern says is found in time, however it was meant to be slow", .timeLimit(.minutes(1)))
    func slow() throws {
        let text = String(repeating: "a", count: 400) + "b"
        for pattern in [
            "^(a*)*c$", "^(?:(?:(?:(?:a*)*)*)*)*c$", "^(a|a)*c$", "^(a?){900}a{900}c$", "^(?:a+){1,900}c$",
            "^" + String(repeating: "(", count: 200) + "a" + String(repeating: ")*", count: 200) + "c$",
        ] {
            #expect(try !AnchoredPattern(pattern).fits(text), "\(pattern.prefix(40))")
        }
    }

    @Test("counts that the agent could not read are refused")
    func counts() {
        #expect(throws: AnchoredPattern.Rejection.repeats(2500)) { try AnchoredPattern("^(?:a{50}){50}$") }
        #expect(throws: AnchoredPattern.Rejection.size(20_000)) {
            try AnchoredPattern("^\(String(repeating: "[ab]", count: 20))\(String(repeating: "a{999}", count: 20))$")
        }
        #expect(throws: AnchoredPattern.Rejection.element("{3,2}")) { try AnchoredPattern("^a{3,2}$") }
        #expect(throws: Never.self) { try AnchoredPattern("^(?:a{0,10}){100}$") }
    }
}

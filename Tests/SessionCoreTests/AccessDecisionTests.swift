import SessionCore
import Testing

/// The decision on what AWS says of role, node and document.
@Suite struct AccessDecisionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        let code: ProblemCode?
        var role: RoleFacts? = Cast.role()
        var platform: String? = "Linux"
        var ping: String? = "Online"
        var hasNode = true
        var tags: [String: String] = ["Owner": "platform"]
        var hasDocument = true
        var content: @Sendable (String) -> String = { $0 }
        var version = "3"
        var latest = "3"
        var standard = "3"
        var testDescription: String { why }
    }

    static let kelvin = "\u{212A}"

    static let cases = [
        Case(why: "everything is as it must be", code: nil),
        Case(why: "Identity Center in us-east-1", code: nil, role: Cast.role(path: "/aws-reserved/sso.amazonaws.com/")),
        Case(why: "the document in other white space and order of members", code: nil, content: { reordered($0) }),
        Case(
            why: "a revision's mark in the description",
            code: nil,
            content: {
                replacing(
                    "for permission set DatabaseAdmin",
                    by: "for permission set DatabaseAdmin [revision 3]",
                    in: $0
                )
            }
        ),
        Case(
            why: "anything else in the description",
            code: .documentChanged,
            content: {
                replacing("for permission set DatabaseAdmin", by: "for permission set DatabaseAdmin (3)", in: $0)
            }
        ),
        Case(why: "IAM shows no role", code: .roleNotProven, role: nil),
        Case(why: "a hand-made role", code: .roleNotProven, role: Cast.role(path: "/")),
        Case(why: "a role made anew", code: .roleNotProven, role: Cast.role(roleID: "AROAEXAMPLEANOTHERAA")),
        Case(why: "no node of that id in the caller's account", code: .nodeNotFound, hasNode: false),
        Case(why: "a Windows node", code: .nodeNotLinux, platform: "Windows"),
        Case(why: "a Mac", code: .nodeNotLinux, platform: "MacOS"),
        Case(why: "a node of no known platform", code: .nodeNotLinux, platform: nil),
        Case(why: "a platform that only begins like Linux", code: .nodeNotLinux, platform: "Linux "),
        Case(why: "a lost connection", code: .nodeOffline, ping: "ConnectionLost"),
        Case(why: "an inactive node", code: .nodeOffline, ping: "Inactive"),
        Case(why: "a node of no known state", code: .nodeOffline, ping: nil),
        Case(why: "a user tag on the target role", code: .targetRoleTagged, tags: ["SSMSessionRunAs": "dbadmin"]),
        Case(why: "a user tag in another case", code: .targetRoleTagged, tags: ["ssmsessionrunas": "root"]),
        Case(why: "a user tag without a user", code: .targetRoleTagged, tags: ["SSMSessionRunAs": ""]),
        Case(why: "a tag that only begins like it", code: nil, tags: ["SSMSessionRunAsDefault": "root"]),
        Case(why: "no document", code: .documentMissing, hasDocument: false),
        Case(
            why: "another Linux user",
            code: .documentChanged,
            content: { replacing("dbadmin", by: "webops", in: $0) }
        ),
        Case(why: "a member more", code: .documentChanged, content: { "{\"properties\":{}," + $0.dropFirst() }),
        Case(
            why: "a member twice",
            code: .documentChanged,
            content: { "{\"schemaVersion\":\"1.0\"," + $0.dropFirst() }
        ),
        Case(why: "no JSON", code: .documentChanged, content: { _ in "schemaVersion: '1.0'" }),
        Case(
            why: "a letter that Unicode holds for equal and the agent does not",
            code: .documentChanged,
            content: { replacing("kmsKeyId", by: "kms\(kelvin)eyId", in: $0) }
        ),
        Case(why: "versions that are no numbers", code: .documentNotDefault, version: "", latest: "", standard: ""),
        Case(why: "the content of an older version", code: .documentNotDefault, version: "2"),
        Case(why: "a newer version that is not the default", code: .documentNotDefault, standard: "2"),
        Case(why: "a default that is not the latest", code: .documentNotDefault, latest: "4"),
    ]

    @Test("the first thing that forbids a session is what refuses it", arguments: cases)
    func decides(_ example: Case) throws {
        let entitlement = try Cast.entitlement()
        let facts = AccessFacts(
            role: example.role,
            node: example.hasNode ? try Cast.node(platform: example.platform, ping: example.ping) : nil,
            target: TargetRoleFacts(tags: example.tags),
            document: example.hasDocument
                ? Cast.document(
                    example.content(entitlement.document.content.canonicalText),
                    version: example.version,
                    latest: example.latest,
                    default: example.standard
                ) : nil
        )
        if let code = example.code {
            let problem = try #require(throws: Problem.self) { try entitlement.decide(on: facts) }
            #expect(problem.code == code)
        } else {
            try entitlement.decide(on: facts)
        }
    }

    @Test("facts about another node are no facts about this one")
    func otherNode() throws {
        let entitlement = try Cast.entitlement()
        let other = NodeFacts(id: try NodeID("i-0aaaaaaaaaaaaaaa1"), platformType: "Linux", pingStatus: "Online")
        let problem = try #require(throws: Problem.self) {
            try entitlement.decide(on: AccessFacts(role: Cast.role(), node: other, target: Cast.target, document: nil))
        }
        #expect(problem.code == .nodeNotFound)
    }

    @Test("the role is asked first, then the node, then the broker's own role, then the document")
    func order() throws {
        let entitlement = try Cast.entitlement()
        let plain = Cast.target
        let tagged = TargetRoleFacts(tags: ["SSMSessionRunAs": "webops"])
        let windows = try Cast.node(platform: "Windows", ping: "Inactive")
        let steps: [(AccessFacts, ProblemCode)] = [
            (AccessFacts(role: nil, node: nil, target: tagged, document: nil), .roleNotProven),
            (AccessFacts(role: Cast.role(), node: nil, target: tagged, document: nil), .nodeNotFound),
            (AccessFacts(role: Cast.role(), node: windows, target: tagged, document: nil), .nodeNotLinux),
            (
                AccessFacts(role: Cast.role(), node: try Cast.node(ping: nil), target: tagged, document: nil),
                .nodeOffline
            ),
            (AccessFacts(role: Cast.role(), node: try Cast.node(), target: tagged, document: nil), .targetRoleTagged),
            (AccessFacts(role: Cast.role(), node: try Cast.node(), target: plain, document: nil), .documentMissing),
            (
                AccessFacts(
                    role: Cast.role(),
                    node: try Cast.node(),
                    target: plain,
                    document: Cast.document("{}", latest: "4")
                ),
                .documentChanged
            ),
        ]
        for (facts, code) in steps {
            let problem = try #require(throws: Problem.self) { try entitlement.decide(on: facts) }
            #expect(problem.code == code)
        }
    }

    @Test("a refused proof does not say how it failed")
    func silentProof() throws {
        let caller = try Cast.caller()
        let problems = try [nil, Cast.role(path: "/"), Cast.role(roleID: "AROAEXAMPLEANOTHERAA")].map { role in
            try #require(throws: Problem.self) { try Entitlement.prove(caller, against: role) }
        }
        #expect(Set(problems).count == 1)
    }

    private static func replacing(_ old: String, by new: String, in text: String) -> String {
        text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }

    /// The last member first, and a line for each.
    private static func reordered(_ text: String) -> String {
        let tail = ",\"schemaVersion\":\"1.0\",\"sessionType\":\"Standard_Stream\"}"
        guard text.hasSuffix(tail) else { return "" }
        return "{\n \"sessionType\": \"Standard_Stream\",\n \"schemaVersion\": \"1.0\",\n "
            + text.dropFirst().dropLast(tail.count) + "\n}\n"
    }
}

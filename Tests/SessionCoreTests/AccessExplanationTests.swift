import Testing

@testable import SessionCore

/// Why a permission set may, or may not, on a node: the broker's own decision, told before anybody asks for a session.
@Suite struct AccessExplanationTests {
    static func node(
        account: String = Cast.account,
        region: String = "eu-west-1",
        tags: [String: String]? = ["Role": "db"]
    )
        throws -> AccessExplanation.Node
    {
        AccessExplanation.Node(
            id: try NodeID("i-0bbbbbbbbbbbbbbb2"),
            account: try AccountID(account),
            region: try Region(region),
            tags: tags
        )
    }

    static func explain(_ set: String, on node: AccessExplanation.Node, map: RoleMap) throws -> AccessExplanation {
        AccessExplanation(try PermissionSetName(set), on: node, map: map)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        var set = "DatabaseAdmin"
        var account = Cast.account
        var region = "eu-west-1"
        var tags: [String: String]? = ["Role": "db"]
        let code: ProblemCode?
        var testDescription: String { why }
    }

    static let cases = [
        Case(why: "what the map gives", code: nil),
        Case(why: "a node whose tags nobody said", tags: nil, code: nil),
        Case(why: "a key in other letters, which IAM takes", tags: ["role": "web"], code: nil),
        Case(why: "another value", tags: ["Role": "batch"], code: .nodeNotAllowed),
        Case(why: "a value in other letters, which IAM does not take", tags: ["Role": "DB"], code: .nodeNotAllowed),
        Case(why: "no tags", tags: [:], code: .nodeNotAllowed),
        Case(why: "another account", account: "444455556666", code: .accountNotAllowed),
        Case(why: "another Region", region: "eu-west-2", code: .regionNotAllowed),
        Case(why: "a permission set without an entry", set: "ReadOnly", code: .permissionSetNotMapped),
        Case(why: "a reason is the engineer's to give", set: "BatchOperator", account: "444455556666", code: nil),
    ]

    @Test("the decision is the one that the broker would make", arguments: cases)
    func decides(_ row: Case) throws {
        let node = try Self.node(account: row.account, region: row.region, tags: row.tags)
        let explanation = try Self.explain(row.set, on: node, map: Cast.map())
        #expect(Set(explanation.decisions.map(\.problem?.code)) == [row.code])
        #expect(explanation.isAllowed == (row.code == nil))
        let shell = try #require(explanation.decisions.first { $0.kind == .shell })
        #expect(shell.document == (row.code == nil ? "SSMBroker-Shell-\(row.set)" : nil))
    }

    @Test("each kind that the map allows has its decision and its document")
    func kinds() throws {
        let entry: [String: JSON] = ["sessions": ["ssh", "shell"], "reason": "required"]
        let explanation = try Self.explain("Ops", on: Self.node(), map: RoleMapFormTests.map([:], entry: entry))
        #expect(
            explanation.json.canonicalText == """
                {"decisions":[{"document":"SSMBroker-Shell-Ops","isAllowed":true,"kind":"shell"},\
                {"document":"SSMBroker-SSH-Ops","isAllowed":true,"kind":"ssh"}],"id":"Ops","isAllowed":true,\
                "linuxUser":"ops","reason":"required","ticket":"optional"}
                """
        )
    }

    @Test("a role outside Identity Center is explained in its own account")
    func role() throws {
        let map = try RoleMap(json: RoleCallerTests.map)
        #expect(try Self.explain("ci-deploy", on: Self.node(), map: map).isAllowed)
        let elsewhere = try Self.explain("ci-deploy", on: Self.node(account: "444455556666"), map: map)
        #expect(elsewhere.decisions.map(\.problem?.code) == [.accountNotAllowed])
    }
}

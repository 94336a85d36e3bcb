import Testing

@testable import SessionCore

/// No map that is accepted makes a policy that STS would refuse.
@Suite struct SessionPolicySizeTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let why: String
        /// The tags when there are so many of them.
        let tags: @Sendable (Int) -> JSON
        var testDescription: String { why }
    }

    static let shapes = [
        Shape(why: "many keys with an empty value each") { count in
            .object(Dictionary(uniqueKeysWithValues: (0..<count).map { (String($0), [""]) }))
        },
        Shape(why: "one key with many values") { count in
            ["k": .array((0..<count).map { .string(String($0)) })]
        },
        Shape(why: "long values") { count in
            ["k": .array((0..<count).map { _ in .string(String(repeating: "v", count: 200)) })]
        },
        Shape(why: "letters of two bytes") { count in
            ["é": .array((0..<count).map { _ in "ÿÿÿ" })]
        },
    ]

    @Test("the largest tags that a map may have fit the policy for the longest names", arguments: shapes)
    func largest(_ shape: Shape) throws {
        func map(_ count: Int) -> RoleMap? {
            // Which problem there is does not matter here, only that there is one.
            try? Cast.map("DatabaseAdmin", with: ["nodes": ["tags": shape.tags(count)]])
        }
        let count = try #require((1...2000).first { map($0 + 1) == nil })
        let entry = try #require(map(count)?.entries[PermissionSetName("DatabaseAdmin")])
        let policy = SessionPolicies.start(
            node: try NodeID("mi-0123456789abcdef0"),
            tags: entry.nodes.tags,
            // The longest word of a kind.
            document: SessionDocument.name(
                .command,
                of: try PermissionSetName("+" + String(repeating: "n", count: 31))
            ),
            account: try AccountID(Cast.account),
            region: try Region("us-gov-abcdefghijklmnopqrstuv-12")
        )
        #expect(policy.canonicalBytes.count <= SessionPolicies.maximumLength)
        // The limit is of use: a quarter of the policy is tags at least.
        #expect(policy.canonicalBytes.count > 1024)
    }

    @Test("the longest session name and key fit the channel's policy")
    func channel() throws {
        let key = String(repeating: "${region}", count: 24)
        let entry = try #require(
            Cast.map("DatabaseAdmin").entries[PermissionSetName("DatabaseAdmin")]
        )
        var longest = entry
        longest.logging = .explicit(RoleMap.Logging(kmsKey: "arn:aws-us-gov:kms:" + key))
        let place = SessionDocument.Place.account(
            try AccountID(Cast.account),
            try Region("us-gov-abcdefghijklmnopqrstuv-12")
        )
        let document = SessionDocument(.shell, of: try PermissionSetName("A"), entry: longest, in: place)
        let policy = SessionPolicies.channel(
            roleSessionName: RoleSessionName(user: String(repeating: "u", count: 64), nonce: Array(0..<8)),
            kmsKey: document.kmsKey,
            account: try AccountID(Cast.account),
            region: try Region("us-gov-abcdefghijklmnopqrstuv-12")
        )
        #expect(policy.canonicalBytes.count <= SessionPolicies.maximumLength)
    }

    @Test("a tag that STS takes in no policy is refused", arguments: ["ローカル", "k\u{212A}", "a\u{301}", "a\u{100}"])
    func beyondLatin1(_ text: String) throws {
        let rejection = try #require(throws: RoleMap.Rejection.self) {
            try Cast.map("DatabaseAdmin", with: ["nodes": ["tags": ["Role": [.string(text)]]]])
        }
        // The list is empty without the wrong value, which is told as well.
        #expect(rejection.problems.first?.path == ["permissionSets", "DatabaseAdmin", "nodes", "tags", "Role", "0"])
    }
}

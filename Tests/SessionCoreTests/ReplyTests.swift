import SessionCore
import Testing

/// What the routes answer.
@Suite struct ReplyTests {
    static func open(withChannel: Bool) throws -> OpenSessionReply {
        let channel = OpenSessionReply.Channel(
            session: StartedSession(
                sessionID: "alice.9f86d081884c7d65-07a16060613c408b5",
                tokenValue: Secret("AAEAAVtoken/+="),
                streamURL: Secret("wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x?role=publish_subscribe")
            ),
            credentials: ChannelCredentials(
                accessKeyID: "ASIAEXAMPLE",
                secretAccessKey: Secret("secret"),
                sessionToken: Secret("token"),
                expiration: Cast.now
            )
        )
        return OpenSessionReply(
            id: try RecordID("6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11"),
            kind: .shell,
            account: try AccountID(Cast.account),
            region: try Region("eu-west-1"),
            node: try NodeID("i-0bbbbbbbbbbbbbbb2"),
            permissionSet: "DatabaseAdmin",
            linuxUser: try LinuxUser("dbadmin"),
            document: "SSMBroker-Shell-DatabaseAdmin",
            channel: withChannel ? channel : nil
        )
    }

    @Test("an opened session survives its JSON, with the names that the plugin reads")
    func opened() throws {
        let reply = try Self.open(withChannel: true)
        let json = try JSON(parsing: reply.json.canonicalBytes)
        #expect(OpenSessionReply(json: json) == reply)
        #expect(
            json["session"]?.canonicalText == """
                {"SessionId":"alice.9f86d081884c7d65-07a16060613c408b5","StreamUrl":"wss://ssmmessages.eu-west-1.amazonaws.com/\
                v1/data-channel/x?role=publish_subscribe","TokenValue":"AAEAAVtoken/+="}
                """
        )
        #expect(
            json["credentials"]?.canonicalText == """
                {"AccessKeyId":"ASIAEXAMPLE","Expiration":"2026-11-21T08:00:00.000Z","SecretAccessKey":"secret",\
                "SessionToken":"token"}
                """
        )
    }

    @Test("a dry run survives its JSON, and holds nothing that opens a channel")
    func dryRun() throws {
        let reply = try Self.open(withChannel: false)
        let json = try JSON(parsing: reply.json.canonicalBytes)
        #expect(OpenSessionReply(json: json) == reply)
        #expect(json["dryRun"] == true)
        #expect(json["session"] == nil && json["credentials"] == nil)
    }

    @Test("a reply of which a member is missing or wrong is none")
    func incomplete() throws {
        let members = try #require(Self.open(withChannel: true).json.members)
        for name in members.keys {
            var missing = members
            missing[name] = nil
            #expect(OpenSessionReply(json: .object(missing)) == nil)
            var wrong = members
            wrong[name] = 1
            #expect(OpenSessionReply(json: .object(wrong)) == nil)
        }
        for part in ["session", "credentials"] {
            for name in try #require(members[part]?.members).keys {
                var inner = try #require(members[part]?.members)
                inner[name] = nil
                var outer = members
                outer[part] = .object(inner)
                #expect(OpenSessionReply(json: .object(outer)) == nil)
            }
        }
    }

    static func identity(isMapped: Bool) throws -> IdentityReply {
        IdentityReply(
            account: try AccountID(Cast.account),
            user: "alice",
            permissionSet: "DatabaseAdmin",
            linuxUser: isMapped ? try LinuxUser("dbadmin") : nil,
            kinds: isMapped ? [.shell] : [],
            regions: isMapped ? [try Region("eu-west-1")] : [],
            nodeTags: isMapped ? ["Role": ["db", "web"]] : [:],
            concurrentSessions: isMapped ? 5 : nil,
            needsReason: isMapped,
            needsTicket: false,
            isAdministrator: !isMapped,
            isAuditor: isMapped
        )
    }

    @Test("an identity survives its JSON, mapped or not", arguments: [true, false])
    func identities(isMapped: Bool) throws {
        let reply = try Self.identity(isMapped: isMapped)
        #expect(IdentityReply(json: try JSON(parsing: reply.json.canonicalBytes)) == reply)
    }

    @Test("an identity has the documented shape")
    func identityShape() throws {
        #expect(
            try Self.identity(isMapped: true).json.canonicalText == """
                {"account":"111122223333","concurrentSessions":5,"isAdministrator":false,"isAuditor":true,"kinds":["shell"],"linuxUser":"dbadmin",\
                "nodeTags":{"Role":["db","web"]},"permissionSet":"DatabaseAdmin","reason":"required","regions":["eu-west-1"],\
                "ticket":"optional","user":"alice"}
                """
        )
        for name in ["account", "user", "permissionSet"] {
            var members = try #require(Self.identity(isMapped: true).json.members)
            members[name] = nil
            #expect(IdentityReply(json: .object(members)) == nil)
        }
    }
}

import Testing

@testable import SessionCore

/// The documents of commands, ports and ssh, against texts written by hand from the session document schema.
@Suite struct SessionKindDocumentTests {
    static func document(_ kind: SessionKind, _ entry: [String: JSON]) throws -> SessionDocument {
        let all = entry.merging(["sessions": [.string(kind.rawValue)]]) { given, _ in given }
        let map = try RoleMapFormTests.map([:], entry: all)
        let name = try PermissionSetName("Ops")
        return SessionDocument(kind, of: name, entry: try #require(map.entries[name]), in: .template)
    }

    @Test("a command runs as the Linux user, never elevated, and tells its exit status")
    func command() throws {
        let patterns: JSON = ["^uptime$", "^df( -h)?$"]
        let document = try Self.document(
            .command,
            [
                "commands": ["patterns": patterns], "logging": ["cloudWatchLogGroup": "/ssm"],
                "limits": ["maximumMinutes": 60],
            ]
        )
        #expect(document.name == "SSMBroker-Command-Ops")
        #expect(
            document.content.canonicalText == """
                {"description":"ssm-broker: command as ops for permission set Ops","inputs":{\
                "cloudWatchEncryptionEnabled":true,"cloudWatchLogGroupName":"/ssm","cloudWatchStreamingEnabled":false,\
                "idleSessionTimeout":"20","kmsKeyId":"","maxSessionDuration":"60","runAsDefaultUser":"ops",\
                "runAsEnabled":true,"s3BucketName":"","s3EncryptionEnabled":true,"s3KeyPrefix":""},\
                "parameters":{"command":{"allowedPattern":"^(?:uptime|df( -h)?)$","description":"The command line.",\
                "type":"String"}},"properties":{"linux":{"commands":"{{ command }}","runAsElevated":false,\
                "separateOutputStream":true,"stdErrSeparatorPrefix":"stderr::","stdOutSeparatorPrefix":"stdout::"}},\
                "schemaVersion":"1.0","sessionType":"NonInteractiveCommands"}
                """
        )
    }

    @Test("a command in a terminal goes through the agent's shell")
    func terminal() throws {
        let document = try Self.document(.command, ["commands": ["terminal": true]])
        #expect(document.content["sessionType"] == "InteractiveCommands")
        #expect(document.content["properties"] == ["linux": ["commands": "{{ command }}", "runAsElevated": false]])
        let pattern = document.content["parameters"]?["command"]?["allowedPattern"]?.text
        #expect(pattern == SessionDocumentContent.anyCommand)
    }

    @Test("a port is forwarded within the map's patterns, and no user has a part in it")
    func port() throws {
        let hosts: JSON = ["db.internal", "*.cache.internal"]
        let document = try Self.document(
            .port,
            [
                "ports": ["remote": [5432, "8000-8010"], "hosts": hosts],
                "logging": ["kmsKey": "arn:aws:kms:${region}:${account}:key/1234abcd", "s3Bucket": "logs"],
            ]
        )
        #expect(document.name == "SSMBroker-Port-Ops")
        #expect(document.kmsKey == nil)
        #expect(
            document.content.canonicalText == """
                {"description":"ssm-broker: port for permission set Ops","inputs":{"idleSessionTimeout":"20"},\
                "parameters":{"host":{"allowedPattern":\
                "^(?:db\\\\.internal|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\\\.cache\\\\.internal)$",\
                "description":"The machine to reach from the node.","type":"String"},"localPortNumber":{\
                "allowedPattern":"^(?:[0-9]|[1-9][0-9]|[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9]|\
                [1-5][0-9][0-9][0-9][0-9]|6[0-4][0-9][0-9][0-9]|65[0-4][0-9][0-9]|655[0-2][0-9]|6553[0-5])$",\
                "default":"0","description":"The port on the engineer's machine; 0 for any.","type":"String"},\
                "portNumber":{"allowedPattern":"^(?:5432|800[0-9]|8010)$","description":"The port to reach.",\
                "type":"String"}},"properties":{"host":"{{ host }}","localPortNumber":"{{ localPortNumber }}",\
                "portNumber":"{{ portNumber }}","type":"LocalPortForwarding"},"schemaVersion":"1.0","sessionType":"Port"}
                """
        )
    }

    @Test("without hosts a port is the node's own")
    func ownPort() throws {
        let document = try Self.document(.port, ["ports": ["remote": [5432]]])
        #expect(document.content["properties"]?["host"] == nil && document.content["parameters"]?["host"] == nil)
    }

    @Test("ssh reaches port 22 of the node, whatever a caller says")
    func ssh() throws {
        let document = try Self.document(.ssh, ["limits": ["idleMinutes": 5]])
        #expect(
            document.content.canonicalText == """
                {"description":"ssm-broker: ssh for permission set Ops","inputs":{"idleSessionTimeout":"5"},\
                "properties":{"portNumber":"22"},"schemaVersion":"1.0","sessionType":"Port"}
                """
        )
    }

    @Test("every parameter has a pattern that begins with ^ and ends with $, and a name that the agent keeps")
    func parameters() throws {
        let entry: [String: JSON] = [
            "sessions": ["shell", "command", "port", "ssh"], "ports": ["remote": ["1-65535"], "hosts": ["localhost"]],
        ]
        let map = try RoleMapFormTests.map([:], entry: entry)
        let documents = SessionDocument.templates(of: map)
        #expect(documents.map(\.kind) == [.command, .port, .ssh, .shell])
        for document in documents {
            for (name, parameter) in document.content["parameters"]?.members ?? [:] {
                let pattern = try #require(parameter["allowedPattern"]?.text)
                #expect(pattern.hasPrefix("^") && pattern.hasSuffix("$"))
                #expect(parameter["type"] == "String")
                #expect(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
            }
            // Whatever stands in {{ }} is a parameter of the document's own.
            let text = document.content.canonicalText
            for use in text.split(separator: "{{ ").dropFirst() {
                let name = String(use.prefix { $0 != " " })
                #expect(document.content["parameters"]?[name] != nil, "\(name)")
            }
            #expect(text.contains("{{") == (document.kind == .command || document.kind == .port))
        }
    }

    @Test("an account that has logging of its own gets a document of its own")
    func ownLogging() throws {
        let central: JSON = [
            "standard": ["s3Bucket": "all"], "accounts": ["111122223333": ["s3Bucket": "own-${region}"]],
        ]
        let map = try RoleMapFormTests.map(["logging": central])
        let bucket = { (account: String) in
            let place = (try AccountID(account), try Region("eu-west-1"))
            return SessionDocument.all(of: map, in: place).first?.content["inputs"]?["s3BucketName"]
        }
        #expect(try bucket("111122223333") == "own-eu-west-1")
        #expect(try bucket("444455556666") == "all")
        #expect(SessionDocument.templates(of: map).first?.content["inputs"]?["s3BucketName"] == "all")
    }
}

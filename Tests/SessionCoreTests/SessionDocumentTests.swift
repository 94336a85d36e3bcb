import Digests
import Testing

@testable import SessionCore

/// The documents that the map renders, against texts written by hand from the session document schema.
@Suite struct SessionDocumentTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        let permissionSet: String
        let account: String
        let text: String
        var testDescription: String { permissionSet }
    }

    static func text(_ user: String, _ set: String, idle: Int, maximum: Int) -> String {
        """
        {"description":"ssm-broker: shell as \(user) for permission set \(set)","inputs":{"cloudWatchEncryptionEnabled":true,\
        "cloudWatchLogGroupName":"","cloudWatchStreamingEnabled":false,"idleSessionTimeout":"\(idle)","kmsKeyId":"",\
        "maxSessionDuration":"\(maximum)","runAsDefaultUser":"\(user)","runAsEnabled":true,"s3BucketName":"",\
        "s3EncryptionEnabled":true,"s3KeyPrefix":""},"schemaVersion":"1.0","sessionType":"Standard_Stream"}
        """
    }

    static let golden = [
        Golden(
            permissionSet: "DatabaseAdmin",
            account: "111122223333",
            text: text("dbadmin", "DatabaseAdmin", idle: 20, maximum: 480)
        ),
        Golden(
            permissionSet: "WebOperator",
            account: "111122223333",
            text: text("webops", "WebOperator", idle: 15, maximum: 240)
        ),
        Golden(
            permissionSet: "BatchOperator",
            account: "444455556666",
            text: text("batchops", "BatchOperator", idle: 20, maximum: 240)
        ),
    ]

    private static func document(
        _ set: String = "DatabaseAdmin",
        entry: [String: JSON] = [:],
        in place: SessionDocument.Place? = nil
    ) throws -> SessionDocument {
        let name = try PermissionSetName(set)
        let entry = try #require(Cast.map(set, with: entry.merging(["linuxUser": "dbadmin"]) { $1 }).entries[name])
        let here = SessionDocument.Place.account(try AccountID(Cast.account), try Region("eu-west-1"))
        return SessionDocument(.shell, of: name, entry: entry, in: place ?? here)
    }

    @Test("the map of the repository renders these documents", arguments: golden)
    func renders(_ golden: Golden) throws {
        let set = try PermissionSetName(golden.permissionSet)
        let entry = try #require(Cast.map().entries[set])
        let place = SessionDocument.Place.account(try AccountID(golden.account), try Region("eu-west-1"))
        let document = SessionDocument(.shell, of: set, entry: entry, in: place)
        #expect(document.name == "SSMBroker-Shell-\(golden.permissionSet)")
        #expect(document.content.canonicalText == golden.text)
        #expect(document.hash == Hexadecimal.text(SHA256.hash(golden.text.utf8)))
        #expect(document.kmsKey == nil)
        // Without variables in it the map renders the same everywhere.
        #expect(SessionDocument(.shell, of: set, entry: entry, in: .template) == document)
    }

    @Test("without a longest time there is no member for it")
    func noMaximum() throws {
        let document = try Self.document(entry: ["limits": ["idleMinutes": 5]])
        #expect(document.content["inputs"]?["maxSessionDuration"] == nil)
        #expect(document.content["inputs"]?["idleSessionTimeout"] == "5")
    }

    @Test("account and Region are filled in where the document will stand, and left in the template")
    func variables() throws {
        let logging: JSON = [
            "cloudWatchLogGroup": "/s/${account}/${region}/${account}", "s3Bucket": "${account}-${region}",
            "s3KeyPrefix": "${region}/p", "kmsKey": "arn:aws:kms:${region}:${account}:key/1234abcd",
        ]
        let filled = try Self.document(entry: ["logging": logging])
        let inputs = try #require(filled.content["inputs"])
        #expect(inputs["cloudWatchLogGroupName"] == "/s/111122223333/eu-west-1/111122223333")
        #expect(inputs["cloudWatchStreamingEnabled"] == true)
        #expect(inputs["s3BucketName"] == "111122223333-eu-west-1")
        #expect(inputs["s3KeyPrefix"] == "eu-west-1/p")
        #expect(inputs["kmsKeyId"] == "arn:aws:kms:eu-west-1:111122223333:key/1234abcd")
        #expect(filled.kmsKey == "arn:aws:kms:eu-west-1:111122223333:key/1234abcd")
        #expect(!filled.content.canonicalText.contains("${"))

        let template = try Self.document(entry: ["logging": logging], in: .template)
        #expect(template.content["inputs"]?["cloudWatchLogGroupName"] == logging["cloudWatchLogGroup"])
        #expect(template.content["inputs"]?["kmsKeyId"] == logging["kmsKey"])
        #expect(template.hash != filled.hash)
        #expect(template.name == filled.name)
    }

    @Test("Run As is on in every document, and no session goes another way than a shell")
    func runAs() throws {
        for set in try Cast.map().entries.keys.sorted() {
            let document = try Self.document(set.name)
            #expect(document.content["inputs"]?["runAsEnabled"] == true)
            #expect(document.content["inputs"]?["runAsDefaultUser"] == "dbadmin")
            #expect(document.content["sessionType"] == "Standard_Stream")
            #expect(document.content["parameters"] == nil && document.content["properties"] == nil)
        }
    }

    struct Name: Sendable, CustomTestStringConvertible {
        let permissionSet: String
        let name: String
        var testDescription: String { permissionSet }
    }

    // The hashes: printf %s SET | sha256sum | cut -c-8
    static let names = [
        Name(permissionSet: "Data_Base.Admin-1", name: "SSMBroker-Shell-Data_Base.Admin-1"),
        Name(permissionSet: "A+B", name: "SSMBroker-Shell-A_B_ca5b7e1c"),
        Name(permissionSet: "A=B", name: "SSMBroker-Shell-A_B_52b82c13"),
        Name(permissionSet: "A,B", name: "SSMBroker-Shell-A_B_b17c8419"),
        Name(permissionSet: "A@B", name: "SSMBroker-Shell-A_B_72e595d2"),
        Name(permissionSet: "_+=,.@-", name: "SSMBroker-Shell-____._-_d469144c"),
    ]

    @Test("characters that no document name has are replaced, and the names stay distinct", arguments: names)
    func name(_ name: Name) throws {
        #expect(SessionDocument.name(.shell, of: try PermissionSetName(name.permissionSet)) == name.name)
    }

    @Test("every name is one that Systems Manager takes")
    func alphabet() throws {
        // Systems Manager API Reference, DocumentName: [a-zA-Z0-9_\-.]{3,128}.
        let longest = String(repeating: "+", count: 32)
        for set in Self.names.map(\.permissionSet) + [longest, "A"] {
            let name = SessionDocument.name(.shell, of: try PermissionSetName(set))
            #expect((3...128).contains(name.utf8.count))
            #expect(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) })
        }
        #expect(Set(Self.names.map(\.name)).count == Self.names.count)
    }
}

import SessionCore
import Testing

@testable import DocumentEnforcer

@Suite("what is planned for an account's preferences")
struct MergeTests {
    struct Merge: Sendable, CustomTestStringConvertible {
        let why: String
        let found: String
        /// What is written; nil for nothing.
        let written: String?
        var hasProblem = false

        var testDescription: String { why }
    }

    /// Landing Zone Accelerator's own text, as its custom resource writes it (v1.15.5).
    static func accelerator(runAs: String) -> String {
        """
        {"schemaVersion":"1.0","description":"Document to hold regional settings for Session Manager",\
        "sessionType":"Standard_Stream","inputs":{"cloudWatchEncryptionEnabled":true,\
        "cloudWatchLogGroupName":"AWSAccelerator-sessionmanager-logs","kmsKeyId":"arn:aws:kms:eu-west-1:111122223333:key/k",\
        "s3BucketName":"","s3EncryptionEnabled":true,"s3KeyPrefix":"session/111122223333/eu-west-1",\(runAs)}}
        """
    }

    static let merges = [
        Merge(
            why: "LZA's own write, of before v1.14.0",
            found: accelerator(runAs: #""runAsEnabled":false,"runAsDefaultUser":"""#),
            written: accelerator(runAs: #""runAsEnabled":true,"runAsDefaultUser":"breakglass""#)
        ),
        Merge(
            why: "the user is another",
            found: accelerator(runAs: #""runAsEnabled":true,"runAsDefaultUser":"root""#),
            written: accelerator(runAs: #""runAsEnabled":true,"runAsDefaultUser":"breakglass""#)
        ),
        Merge(
            why: "true as a text, which the agent and the console read differently",
            found: accelerator(runAs: #""runAsEnabled":"true","runAsDefaultUser":"breakglass""#),
            written: accelerator(runAs: #""runAsEnabled":true,"runAsDefaultUser":"breakglass""#)
        ),
        Merge(
            why: "members that neither LZA nor we know",
            found:
                #"{"schemaVersion":"1.0","future":[1,{"a":null}],"inputs":{"idleSessionTimeout":"5","shellProfile":{"linux":"exec bash"}}}"#,
            written:
                #"{"schemaVersion":"1.0","future":[1,{"a":null}],"inputs":{"idleSessionTimeout":"5","shellProfile":{"linux":"exec bash"},"runAsEnabled":true,"runAsDefaultUser":"breakglass"}}"#
        ),
        Merge(
            why: "no inputs",
            found: #"{"schemaVersion":"1.0","sessionType":"Standard_Stream"}"#,
            written:
                #"{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"runAsEnabled":true,"runAsDefaultUser":"breakglass"}}"#
        ),
        Merge(
            why: "right already",
            found: accelerator(runAs: #""runAsEnabled":true,"runAsDefaultUser":"breakglass""#),
            written: nil
        ),
        Merge(
            why: "inputs of another kind",
            found: #"{"schemaVersion":"1.0","inputs":"x"}"#,
            written: nil,
            hasProblem: true
        ),
        Merge(why: "no JSON", found: "{", written: nil, hasProblem: true),
        Merge(why: "no object", found: "[]", written: nil, hasProblem: true),
        Merge(
            why: "a member twice",
            found: #"{"schemaVersion":"1.0","schemaVersion":"1.0"}"#,
            written: nil,
            hasProblem: true
        ),
    ]

    @Test("in the preferences the two keys of Run As are set, and every other is kept", arguments: merges)
    func merge(_ row: Merge) throws {
        let plan = DocumentPlan(
            .runAs(try LinuxUser("breakglass")),
            found: PlanTests.found(row.found, name: PlanTests.preferences)
        )
        let written = try row.written.map { try JSON(parsing: $0.utf8) }
        #expect(plan.steps == (written.map { [.write($0, over: 1)] } ?? []))
        #expect((plan.problem != nil) == row.hasProblem)
    }

    @Test("preferences that are missing are made with AWS's defaults, Run As being a truth value")
    func newPreferences() throws {
        let plan = DocumentPlan(.runAs(try LinuxUser("breakglass")), found: nil)
        guard case .create(let content)? = plan.steps.first else {
            Issue.record("nothing is made")
            return
        }
        #expect(plan.steps.count == 1)
        #expect(content["inputs"]?["runAsEnabled"] == true && content["inputs"]?["runAsDefaultUser"] == "breakglass")
        #expect(content["schemaVersion"] == "1.0" && content["sessionType"] == "Standard_Stream")
    }

    @Test("a document of another type under the preferences' name is somebody's, and stays")
    func foreignPreferences() throws {
        let found = PlanTests.found("{}", type: "Command", name: PlanTests.preferences)
        let plan = DocumentPlan(.runAs(try LinuxUser("breakglass")), found: found)
        #expect(plan.steps.isEmpty && plan.problem?.contains("Command") == true)
    }
}

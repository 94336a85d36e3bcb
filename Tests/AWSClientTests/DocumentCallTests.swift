import AWSClient
import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@Suite("calls about session documents")
struct DocumentCallTests {
    private struct Case: Encodable {
        let service = "ssm"
        let operation: String
        let requestID = "00000000-1111-2222-3333-444444444444"
        let output: Wire
        let read: Wire
    }

    private struct Verdict: Decodable {
        let body: String
        let agrees: Bool
    }

    private func ssm(_ operation: String, _ output: Wire) throws -> SSM {
        let verdict = try #require(
            try (Botocore.judge("answers", [Case(operation: operation, output: output, read: output)]) as [Verdict])
                .first
        )
        #expect(verdict.agrees, "botocore reads \(operation) differently")
        return SSM(
            client: client(ScriptedTransport(status: 200, verdict.body)),
            region: ireland,
            credentials: session
        )
    }

    @Test("CreateDocument and UpdateDocument give the version that was made, and its status")
    func written() async throws {
        let output: Wire = [
            "DocumentDescription": [
                "Name": "SSMBroker-Shell-Ops", "DocumentVersion": "3", "LatestVersion": "3", "DefaultVersion": "2",
                "Status": "Updating", "DocumentType": "Session", "Owner": "111122223333",
            ]
        ]
        let updated = try await ssm("UpdateDocument", output).updateDocument(
            named: "SSMBroker-Shell-Ops",
            over: "2",
            content: "{}"
        )
        #expect(updated.version == "3" && updated.status == "Updating")
        let created = try await ssm("CreateDocument", output).createDocument(
            named: "SSMBroker-Shell-Ops",
            content: "{}"
        )
        #expect(created.version == "3")
    }

    @Test("ListDocuments gives names and types, and where the next page begins")
    func list() async throws {
        let page = try await ssm(
            "ListDocuments",
            [
                "DocumentIdentifiers": [
                    ["Name": "SSMBroker-Shell-Ops", "DocumentType": "Session", "DocumentVersion": "1"],
                    ["Name": "SSMBroker-x", "DocumentType": "Command"],
                ],
                "NextToken": "n+1/=",
            ]
        )
        .ownDocuments(beginningWith: ["SSMBroker-"])
        #expect(page.elements.map(\.name) == ["SSMBroker-Shell-Ops", "SSMBroker-x"])
        #expect(page.elements.map(\.type) == ["Session", "Command"] && page.next == "n+1/=")
    }

    @Test("ListDocumentVersions and DescribeDocumentPermission give numbers and accounts")
    func versionsAndSharing() async throws {
        let versions = try await ssm(
            "ListDocumentVersions",
            ["DocumentVersions": [["DocumentVersion": "10", "IsDefaultVersion": true], ["DocumentVersion": "9"]]]
        )
        .versionNumbers(ofDocument: "SSMBroker-Shell-Ops")
        #expect(versions.elements == ["10", "9"] && versions.next == nil)
        let accounts = try await ssm(
            "DescribeDocumentPermission",
            ["AccountIds": ["all", "111122223333"], "AccountSharingInfoList": []]
        )
        .accountsSharing(document: "SSMBroker-Shell-Ops")
        #expect(accounts.elements == ["all", "111122223333"] && accounts.next == nil)
    }

    @Test("a write that may have taken place is not sent again; a throttled one is")
    func repetition() async throws {
        let failing = ScriptedTransport([.json(500, "InternalServerError")])
        await #expect(throws: AWSFailure.self) {
            _ = try await SSM(client: client(failing), region: ireland, credentials: session)
                .updateDocument(named: "SSMBroker-Shell-Ops", over: "2", content: "{}")
        }
        #expect(failing.isExhausted)
        let throttled = ScriptedTransport([
            .json(400, "ThrottlingException"), .body(200, "{}"),
        ])
        try await SSM(client: client(throttled), region: ireland, credentials: session)
            .deleteDocument(named: "SSMBroker-Shell-Ops")
        #expect(throttled.isExhausted)
    }
}

extension RequestTests {
    static let askedOfDocuments: [Asked] = {
        let name = "SSMBroker-Shell-Ops"
        let content = #"{"schemaVersion":"1.0","description":"é \"q\" / 7"}"#
        let ssm = { @Sendable (client: AWSClient) in SSM(client: client, region: ireland, credentials: session) }
        return [
            Asked(operation: "CreateDocument", service: "ssm") {
                _ = try await ssm($0).createDocument(named: name, content: content)
            },
            Asked(operation: "UpdateDocument", service: "ssm") {
                _ = try await ssm($0).updateDocument(named: name, over: "2", content: content)
            },
            Asked(operation: "UpdateDocumentDefaultVersion", service: "ssm") {
                try await ssm($0).makeDefault(version: "12", ofDocument: name)
            },
            Asked(operation: "DeleteDocument", service: "ssm") { try await ssm($0).deleteDocument(named: name) },
            Asked(operation: "DeleteDocument", service: "ssm") {
                try await ssm($0).deleteDocument(named: name, version: "3")
            },
            Asked(operation: "ListDocuments", service: "ssm") {
                _ = try await ssm($0).ownDocuments(beginningWith: ["SSMBroker-", "SSM-SessionManagerRunShell"])
            },
            Asked(operation: "ListDocuments", service: "ssm") {
                _ = try await ssm($0).ownDocuments(beginningWith: ["SSMBroker-"], from: "n+1/=")
            },
            Asked(operation: "ListDocumentVersions", service: "ssm") {
                _ = try await ssm($0).versionNumbers(ofDocument: name, from: "n")
            },
            Asked(operation: "DescribeDocumentPermission", service: "ssm") {
                _ = try await ssm($0).accountsSharing(document: name)
            },
            Asked(operation: "ModifyDocumentPermission", service: "ssm") {
                try await ssm($0).stopSharing(document: name, with: ["all"])
            },
        ]
    }()
}

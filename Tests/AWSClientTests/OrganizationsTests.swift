import AWSClient
import Foundation
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@Suite("what AWS Organizations answers")
struct OrganizationsTests {
    private struct Case: Encodable {
        let service = "organizations"
        let operation: String
        let requestID = "00000000-1111-2222-3333-444444444444"
        let output: Wire
        let read: Wire
    }

    private struct Verdict: Decodable {
        let body: String
        let agrees: Bool
    }

    private func organizations(_ operation: String, _ output: Wire) throws -> Organizations {
        let verdict = try #require(
            try (Botocore.judge("answers", [Case(operation: operation, output: output, read: output)]) as [Verdict])
                .first
        )
        #expect(verdict.agrees, "botocore reads \(operation) differently")
        return Organizations(
            client: client(ScriptedTransport(status: 200, verdict.body)),
            region: ireland,
            credentials: session
        )
    }

    @Test("roots, units and parents are ids; a page may be empty and not the last")
    func ids() async throws {
        let roots = try await organizations("ListRoots", ["Roots": [["Id": "r-ab12", "Name": "Root"]]]).roots()
        #expect(roots.elements == ["r-ab12"] && roots.next == nil)
        let units = try await organizations(
            "ListOrganizationalUnitsForParent",
            ["OrganizationalUnits": [], "NextToken": "more"]
        )
        .organizationalUnits(in: "r-ab12")
        #expect(units.elements.isEmpty && units.next == "more")
        let parent = try await organizations(
            "ListParents",
            ["Parents": [["Id": "ou-ab12-11111111", "Type": "ORGANIZATIONAL_UNIT"]]]
        )
        .parent(of: "111122223333")
        #expect(parent == "ou-ab12-11111111")
    }

    @Test("an account's state is read from the newer member, else from the older")
    func accounts() async throws {
        let page = try await organizations(
            "ListAccountsForParent",
            [
                "Accounts": [
                    ["Id": "111122223333", "Status": "ACTIVE", "State": "ACTIVE"],
                    ["Id": "444455556666", "Status": "SUSPENDED", "State": "CLOSED"],
                    ["Id": "000011112222", "Status": "PENDING_CLOSURE"],
                ]
            ]
        )
        .accounts(in: "r-ab12")
        #expect(page.elements.map(\.id.digits) == ["111122223333", "444455556666", "000011112222"])
        #expect(page.elements.map(\.state) == ["ACTIVE", "CLOSED", "PENDING_CLOSURE"])
    }

    @Test("one account, and the management account")
    func single() async throws {
        let id = try AccountID("111122223333")
        let account = try await organizations(
            "DescribeAccount",
            ["Account": ["Id": "111122223333", "Status": "ACTIVE"]]
        )
        .account(id)
        #expect(account.id == id && account.state == "ACTIVE")
        let management = try await organizations(
            "DescribeOrganization",
            ["Organization": ["Id": "o-abcdefghij", "MasterAccountId": "999900001111"]]
        )
        .managementAccount()
        #expect(management.digits == "999900001111")
    }

    @Test("an account that the organisation does not have is not found")
    func stranger() async throws {
        let transport = ScriptedTransport([.json(400, "AccountNotFoundException")])
        let failure = await #expect(throws: AWSFailure.self) {
            _ = try await Organizations(client: client(transport), region: ireland, credentials: session)
                .account(try AccountID("111122223333"))
        }
        #expect(failure?.kind == .notFound)
    }
}

extension RequestTests {
    static let askedOfOrganizations: [Asked] = {
        let organizations = { @Sendable (client: AWSClient) in
            Organizations(client: client, region: ireland, credentials: session)
        }
        return [
            Asked(operation: "ListRoots", service: "organizations") { _ = try await organizations($0).roots() },
            Asked(operation: "ListOrganizationalUnitsForParent", service: "organizations") {
                _ = try await organizations($0).organizationalUnits(in: "r-ab12", from: "n+1/=")
            },
            Asked(operation: "ListAccountsForParent", service: "organizations") {
                _ = try await organizations($0).accounts(in: "ou-ab12-11111111")
            },
            Asked(operation: "DescribeAccount", service: "organizations") {
                _ = try await organizations($0).account(try AccountID("012345678901"))
            },
            Asked(operation: "ListParents", service: "organizations") {
                _ = try await organizations($0).parent(of: "012345678901")
            },
            Asked(operation: "DescribeOrganization", service: "organizations") {
                _ = try await organizations($0).managementAccount()
            },
        ]
    }()
}

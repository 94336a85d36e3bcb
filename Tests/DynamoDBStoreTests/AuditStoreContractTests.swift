import SessionCore
import TestSupport
import Testing

@testable import DynamoDBStore

@Suite("The contract of audit stores, on DynamoDB", .serialized)
struct AuditStoreContractTests {
    @Test("the store on DynamoDB keeps it", arguments: AuditStoreContract.rules)
    func dynamodb(_ rule: AuditStoreContract) async throws {
        let local = try LocalDynamoDB.shared.get()
        try await rule.check(try await local.store(on: try local.makeTables(), chains: 3))
    }

    @Test("the store on DynamoDB keeps the contract of role maps", arguments: RoleMapStoreContract.rules)
    func maps(_ rule: RoleMapStoreContract) async throws {
        let local = try LocalDynamoDB.shared.get()
        try await rule.check(try await local.store(on: try local.makeTables()))
    }

    @Test("the store on DynamoDB keeps the contract of the rollout", arguments: RolloutStoreContract.rules)
    func rollout(_ rule: RolloutStoreContract) async throws {
        let local = try LocalDynamoDB.shared.get()
        try await rule.check(try await local.store(on: try local.makeTables()))
    }
}

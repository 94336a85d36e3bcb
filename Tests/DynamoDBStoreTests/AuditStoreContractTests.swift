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
}

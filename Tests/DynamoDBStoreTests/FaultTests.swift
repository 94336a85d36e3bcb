import HTTPTransport
import SessionCore
import Synchronization
import TestSupport
import Testing

@testable import DynamoDBStore

@Suite("When DynamoDB or the way to it fails", .serialized)
struct FaultTests {
    /// Passes requests on, and spoils what the test says.
    final class Spoiled: HTTPTransport {
        enum Fault: Sendable {
            /// The request arrives and its answer does not.
            case answerLost
            /// Nothing comes back for as long as anybody waits, whatever the limits say.
            case hangs
            /// The connection is refused.
            case refused
        }

        private let next: any HTTPTransport
        private let choose: @Sendable (_ operation: String) -> Fault?
        private let sent = Mutex<[String]>([])

        init(_ next: any HTTPTransport, _ choose: @escaping @Sendable (_ operation: String) -> Fault?) {
            self.next = next
            self.choose = choose
        }

        var operations: [String] { sent.withLock { $0 } }

        func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
            let target = request.headers.first { $0.name == "X-Amz-Target" }?.value ?? ""
            let operation = String(target.split(separator: ".").last ?? "")
            sent.withLock { $0.append(operation) }
            switch choose(operation) {
            case nil: return try await next.send(request)
            case .answerLost:
                _ = try await next.send(request)
                throw HTTPFailure(.interrupted, mayHaveReachedServer: true, explanation: "the answer was lost")
            case .refused:
                throw HTTPFailure(.unreachable, mayHaveReachedServer: false, explanation: "nobody is there")
            case .hangs:
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
                throw HTTPFailure(.interrupted, mayHaveReachedServer: true, explanation: "never")
            }
        }
    }

    @Test("a lost answer is made good by the next attempt, which finds the record and writes nothing")
    func lostAnswer() async throws {
        let local = try LocalDynamoDB.shared.get()
        let name = try local.makeTables()
        let sound = try await local.store(on: name)
        let isLost = Mutex(true)
        let spoiled = Spoiled(local.transport) { operation in
            guard operation == "TransactWriteItems" else { return nil }
            return isLost.withLock { isLost in
                defer { isLost = false }
                return isLost ? .answerLost : nil
            }
        }
        let store = try await local.store(on: name, transport: spoiled)
        // Its day is on the list already, so that the lost answer is that of the append.
        store.knownDays.insert(Tables.day(AuditSamples.time(1)))
        let record = try AuditSamples.record(1, .intent, session: 1, requestID: 1)
        let appended = try await store.append(record)
        #expect(try await sound.chain(appended.chain, from: 1, limit: 9) == [appended])
        #expect(spoiled.operations.count { $0 == "TransactWriteItems" } == 2)
        #expect(try await sound.append(record) == appended)
        try await AuditStoreContract.checkChains(of: sound)
    }

    @Test("a caller that lost every answer asks again, and gets the record that is there")
    func askedAgain() async throws {
        let local = try LocalDynamoDB.shared.get()
        let name = try local.makeTables()
        let sound = try await local.store(on: name)
        let record = try AuditSamples.record(1, .started, session: 1)
        let place = try await local.store(
            on: name,
            limitMilliseconds: 1500,
            transport: Spoiled(local.transport) { $0 == "TransactWriteItems" ? .answerLost : nil }
        )
        place.knownDays.insert(Tables.day(record.time))
        await #expect(throws: AuditStoreFailure.self) { try await place.append(record) }
        let heads = try await sound.heads()
        let again = try await sound.append(record)
        #expect(again.record == record)
        #expect(try await sound.heads() == heads)
    }

    @Test(
        "what hangs is given up in time, by the append and by those behind it",
        arguments: [
            "BatchGetItem", "TransactWriteItems",
        ]
    )
    func hangs(_ operation: String) async throws {
        let local = try LocalDynamoDB.shared.get()
        let name = try local.makeTables()
        _ = try await local.store(on: name, chains: 1)
        let isBroken = Mutex(false)
        let store = try await local.store(
            on: name,
            limitMilliseconds: 2000,
            transport: Spoiled(local.transport) { sent in isBroken.withLock { $0 } && sent == operation ? .hangs : nil }
        )
        isBroken.withLock { $0 = true }
        let begun = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for number in 1...4 {
                group.addTask {
                    await #expect(throws: AuditStoreFailure.unavailable("DynamoDB took too long")) {
                        try await store.append(try AuditSamples.record(number, .checked))
                    }
                }
            }
        }
        #expect(ContinuousClock.now - begun < .seconds(30), "a hanging call ends of itself")
        isBroken.withLock { $0 = false }
        // Those that were given up have left the queue by then, or leave it within their own bound.
        for _ in 1...5 where (try? await store.append(try AuditSamples.record(9, .checked))) != nil {
            break
        }
        #expect(try await store.append(try AuditSamples.record(9, .checked)).record?.id == AuditSamples.id(9))
    }

    @Test("a way that is not there is named, and so are tables that are not there")
    func missing() async throws {
        let local = try LocalDynamoDB.shared.get()
        let name = try local.makeTables()
        let failure = await #expect(throws: AuditStoreFailure.self) {
            _ = try await local.store(
                on: name,
                limitMilliseconds: 2000,
                transport: Spoiled(local.transport) { _ in .refused }
            )
        }
        guard case .unavailable(let words) = failure else {
            throw LocalDynamoDB.Unavailable(description: "\(failure as Any)")
        }
        #expect(words.contains("nobody is there"))
        let other = await #expect(throws: AuditStoreFailure.self) { _ = try await local.store(on: "absent") }
        guard case .unavailable(let reason) = other else {
            throw LocalDynamoDB.Unavailable(description: "\(other as Any)")
        }
        #expect(reason.contains("ResourceNotFoundException"))
    }

    @Test("a record that no item can hold is refused, and leaves no trace")
    func tooLarge() async throws {
        let local = try LocalDynamoDB.shared.get()
        let store = try await local.store(on: try local.makeTables())
        let heads = try await store.heads()
        var record = try AuditSamples.record(1, .checked)
        record.details = ["filter": String(repeating: "x", count: 400_000)]
        let large = record
        await #expect(throws: AuditStoreFailure.self) { try await store.append(large) }
        #expect(try await store.heads() == heads)
    }
}

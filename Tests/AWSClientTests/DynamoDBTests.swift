import AWSClient
import HTTPTransport
import SessionCore
import TestSupport
import Testing

@Suite("what DynamoDB answers")
struct DynamoDBTests {
    static func dynamodb(_ transport: ScriptedTransport, _ witness: Witness = Witness()) -> DynamoDB {
        DynamoDB(client: client(transport, witness), region: ireland, credentials: session)
    }

    static let item: Attributes = [
        "pk": .string("x"), "seq": .number(-9_007_199_254_740_993), "hash": .bytes([0, 255]),
    ]
    static let wire = #"{"pk":{"S":"x"},"seq":{"N":"-9007199254740993"},"hash":{"B":"AP8="}}"#

    @Test("text, whole numbers and bytes come back exactly")
    func values() async throws {
        let there = Self.dynamodb(ScriptedTransport([.body(200, #"{"Item":\#(Self.wire)}"#)]))
        #expect(try await there.item(["pk": .string("x")], in: "t") == Self.item)
        let nothing = Self.dynamodb(ScriptedTransport([.body(200, "{}")]))
        #expect(try await nothing.item(["pk": .string("x")], in: "t") == nil)
    }

    @Test(
        "a value of a type that we never store is a broken answer",
        arguments: [#"{"BOOL":true}"#, #"{"N":"1.5"}"#, "{}"]
    )
    func foreign(_ value: String) async throws {
        let answer = ScriptedTransport.Answer.body(200, #"{"Item":{"pk":\#(value)}}"#)
        let dynamodb = Self.dynamodb(ScriptedTransport([answer, answer, answer, answer]))
        let failure = await #expect(throws: AWSFailure.self) {
            _ = try await dynamodb.item(["pk": .string("x")], in: "t")
        }
        #expect(failure?.kind == .brokenAnswer)
    }

    @Test("why a transaction was cancelled is kept, write by write, and it is not sent again by itself")
    func cancelled() async throws {
        let body = """
            {"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"cancelled",\
            "CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"no"},\
            {"Code":"TransactionConflict","Message":"busy"}]}
            """
        let transport = ScriptedTransport([.body(400, body)])
        let failure = await #expect(throws: AWSFailure.self) {
            try await Self.dynamodb(transport).transact([.put(Self.item, in: "t")], token: "x")
        }
        #expect(failure?.code == "TransactionCanceledException" && failure?.outcomeUnknown == false)
        #expect(
            failure?.cancellationReasons == [
                .init(code: "None"), .init(code: "ConditionalCheckFailed", message: "no"),
                .init(code: "TransactionConflict", message: "busy"),
            ]
        )
        #expect(transport.isExhausted)
    }

    @Test(
        "a call that is throttled is made again, and the same to the byte",
        arguments: ["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingError"]
    )
    func throttled(_ code: String) async throws {
        let witness = Witness()
        let transport = ScriptedTransport([.json(400, "com.amazonaws.dynamodb.v20120810#\(code)"), .body(200, "{}")])
        try await Self.dynamodb(transport, witness).transact([.put(Self.item, in: "t")], token: "x")
        #expect(witness.waits == [250])
        #expect(Set(transport.requests.map(\.body)).count == 1)
    }

    @Test("keys that a batch did not come to are asked for again")
    func unprocessed() async throws {
        let transport = ScriptedTransport([
            .body(
                200,
                #"{"Responses":{"t":[\#(Self.wire)]},"UnprocessedKeys":{"t":{"Keys":[{"pk":{"S":"y"}}],"ConsistentRead":true}}}"#
            ),
            .body(200, #"{"Responses":{"t":[{"pk":{"S":"y"}}]},"UnprocessedKeys":{}}"#),
        ])
        let found = try await Self.dynamodb(transport).items(["t": [["pk": .string("x")], ["pk": .string("y")]]])
        #expect(found == ["t": [Self.item, ["pk": .string("y")]]])
        let again = String(decoding: try #require(transport.requests.last).body, as: UTF8.self)
        #expect(again == #"{"RequestItems":{"t":{"ConsistentRead":true,"Keys":[{"pk":{"S":"y"}}]}}}"#)
    }
}

extension RequestTests {
    /// Every call of DynamoDB, with each part that it can have.
    static let askedOfDynamoDB: [Asked] = {
        let dynamodb = { @Sendable (client: AWSClient) in
            DynamoDB(client: client, region: ireland, credentials: session)
        }
        let key: Attributes = ["pk": .string("CHAIN#0"), "sk": .string("00000000000000000007")]
        let isNew = DynamoDB.Expression("attribute_not_exists(#pk)", names: ["#pk": "pk"])
        var query = DynamoDB.Query(
            table: "broker-audit",
            condition: DynamoDB.Expression("#pk = :pk", names: ["#pk": "pk"], values: [":pk": .string("é")])
        )
        let plain = query
        query.index = "byUser"
        query.isAscending = false
        query.limit = 7
        query.start = key
        let full = query
        return [
            Asked(operation: "GetItem", service: "dynamodb") {
                _ = try await dynamodb($0).item(key, in: "broker-audit")
            },
            Asked(operation: "BatchGetItem", service: "dynamodb") {
                _ = try await dynamodb($0).items(["broker-audit": [key], "broker-heads": [["pk": .string("x")]]])
            },
            Asked(operation: "Query", service: "dynamodb") { _ = try await dynamodb($0).page(plain) },
            Asked(operation: "Query", service: "dynamodb") { _ = try await dynamodb($0).page(full) },
            Asked(operation: "TransactWriteItems", service: "dynamodb") {
                let item = key.merging(["bytes": .bytes([0, 255]), "seq": .number(-7)]) { $1 }
                let change = DynamoDB.Expression(
                    "SET #seq = :next",
                    names: ["#seq": "seq"],
                    values: [":next": .number(8)]
                )
                let seen = DynamoDB.Expression("#seq = :seen", values: [":seen": .number(7)])
                try await dynamodb($0).transact(
                    [
                        .put(item, in: "broker-audit", if: isNew), .put(item, in: "broker-sessions"),
                        .update(["pk": .string("x")], in: "broker-heads", change, if: seen),
                    ],
                    token: String(repeating: "a", count: 36)
                )
            },
        ]
    }()
}

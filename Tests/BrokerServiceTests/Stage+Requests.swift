import BrokerService
import SessionCore
import Synchronization
import Testing

extension Stage {
    /// Sends a request as the front door hands it over.
    @discardableResult
    func send(
        _ method: String,
        _ path: String,
        as caller: BrokerRequest.Caller,
        query: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        deadlineSeconds: Int64 = 30
    ) async -> BrokerReply {
        let number = requests.withLock { number in
            number += 1
            return number
        }
        let request = BrokerRequest(
            method: method,
            resource: path,
            parameters: { Self.match(path, $0) },
            query: query,
            body: body,
            caller: caller,
            id: "request-\(number)",
            invocationID: "invocation-\(number)",
            time: clock.now,
            deadline: clock.now.advanced(bySeconds: deadlineSeconds)
        )
        return await broker.answer(request, logger: logs.logger)
    }

    private static func match(_ path: String, _ template: String) -> [String: String]? {
        let segments = path.split(separator: "/")
        let patterns = template.split(separator: "/")
        guard segments.count == patterns.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, pattern) in zip(segments, patterns) {
            if pattern.hasPrefix("{") {
                parameters[String(pattern.dropFirst().dropLast())] = String(segment)
            } else if segment != pattern {
                return nil
            }
        }
        return parameters
    }

    /// A fresh request id for each attempt.
    func makeRequestID() -> String { RecordID(random: random.bytes(16)).text }

    /// The body of a request for a shell.
    func body(
        node: String = Cast.dbNode,
        requestID: String? = nil,
        changes: [String: JSON] = [:]
    ) -> [UInt8] {
        var members: [String: JSON] = [
            "client": "ssm-broker/0.1.0", "kind": "shell", "node": .string(node), "region": .string(Cast.region),
            "requestId": .string(requestID ?? makeRequestID()), "time": .string(clock.now.description),
        ]
        members.merge(changes) { _, new in new }
        return JSON.object(members.filter { $0.value != .null }).canonicalBytes
    }

    /// Asks for a shell.
    @discardableResult
    func open(
        as person: Person = .alice,
        node: String = Cast.dbNode,
        requestID: String? = nil,
        changes: [String: JSON] = [:],
        deadlineSeconds: Int64 = 30
    ) async -> BrokerReply {
        let body = body(node: node, requestID: requestID, changes: changes)
        return await send(
            "POST",
            "/v1/sessions",
            as: person.caller,
            body: body,
            deadlineSeconds: deadlineSeconds
        )
    }

    /// Opens a session that must succeed, and gives the broker's id of it.
    func opened(as person: Person = .alice, node: String = Cast.dbNode) async throws -> String {
        let reply = await open(as: person, node: node)
        try #require(reply.status == 200, "\(reply.body.canonicalText)")
        return try #require(reply.body["id"]?.text)
    }

    func end(
        _ id: String,
        as person: Person = .alice,
        query: [(name: String, value: String)] = []
    ) async -> BrokerReply {
        await send("DELETE", "/v1/sessions/\(id)", as: person.caller, query: query)
    }

    func renew(_ id: String, as person: Person = .alice) async -> BrokerReply {
        await send("POST", "/v1/sessions/\(id)/credentials", as: person.caller, body: Array("{}".utf8))
    }

    /// Nothing secret stands in any record, log line or problem of this test, and no log line names a person.
    func expectDiscretion(_ replies: BrokerReply...) throws {
        var texts = [logs.text]
        texts += records.map(\.json.canonicalText)
        texts += replies.filter { $0.status != 200 }.map(\.body.canonicalText)
        let own = ["secret-key-of-the-broker", "session-token-of-the-broker"]
        for secret in aws.secrets + own {
            #expect(!texts.contains { $0.contains(secret) }, "a secret is to be seen: \(secret)")
        }
        for name in ["alice", "carol", "mallory", "dave"] {
            #expect(!logs.text.contains(name), "a log line names \(name)")
        }
    }

    /// Every intent has exactly one outcome, and no outcome lacks its intent.
    func expectOneOutcomePerIntent() {
        let intents = records.filter { $0.event == .intent }.compactMap(\.session?.text).sorted()
        let outcomes = records.compactMap(\.outcomeOf?.text).sorted()
        #expect(intents == outcomes)
    }
}

extension BrokerReply {
    /// The code of a problem; nil in an answer.
    var code: String? { body["code"]?.text }
}

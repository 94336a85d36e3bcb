import Testing

@testable import SessionCore

/// Refusals as they leave the broker.
@Suite struct ProblemTests {
    @Test("every code survives its JSON, in the form of RFC 9457", arguments: ProblemCode.allCases)
    func roundTrip(_ code: ProblemCode) throws {
        let problem = Problem(code, detail: "What \"happened\".", next: "Do this.", requestID: "r-1")
        let json = try JSON(parsing: problem.json.canonicalBytes)
        #expect(Problem(json: json) == problem)
        #expect(json["status"] == .integer(Int64(code.status)))
        #expect((400...599).contains(code.status))
        #expect(Set(try #require(json.members).keys) == ["code", "detail", "next", "requestId", "status", "title"])
    }

    @Test("codes are words in capitals, and titles the same words as text")
    func codes() {
        for code in ProblemCode.allCases {
            #expect(code.rawValue.allSatisfy { ("A"..."Z").contains($0) || $0 == "_" })
        }
        #expect(Problem(.nodeNotFound, detail: "", next: "").title == "Node not found")
        #expect(Problem.mediaType == "application/problem+json")
    }

    @Test("what is none of our problems is not taken for one")
    func others() {
        for json in [
            [:], [], "error", ["code": "NODE_NOT_FOUND"], ["detail": "d"], ["code": "NO_SUCH_CODE", "detail": "d"],
            ["code": 1, "detail": "d"], ["message": "Forbidden"],
        ] as [JSON] {
            #expect(Problem(json: json) == nil)
        }
        #expect(
            Problem(json: ["code": "NODE_NOT_FOUND", "detail": "d"]) == Problem(.nodeNotFound, detail: "d", next: "")
        )
    }

    @Test("a kind that the map does not give is refused")
    func kind() throws {
        var request = try Cast.request()
        request.kind = .ssh
        let problem = try #require(throws: Problem.self) {
            try Entitlement(
                caller: Cast.caller(),
                request: request,
                map: Cast.map(),
                ceiling: Cast.ceiling(forbidden: ["dbadmin"]),
                now: Cast.now
            )
        }
        #expect(problem.code == .kindNotAllowed)
    }
}

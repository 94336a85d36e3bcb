import SessionCore
import Testing

/// What a wrong document means.
@Suite struct DocumentStandingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        let standing: DocumentStanding
        var number: Int64? = 4
        var state = RolloutPlace.State.current
        var document: RolloutDocument.State? = .current
        var isOtherHash = false
        var problem: String?
        var testDescription: String { why }
    }

    static let cases = [
        Case(why: "a place never looked at", standing: .pending(problem: nil), number: nil),
        Case(why: "a place with an older map", standing: .pending(problem: nil), number: 3),
        Case(
            why: "a place where an older map failed",
            standing: .pending(problem: "throttled"),
            number: 3,
            state: .failed,
            problem: "throttled"
        ),
        Case(why: "a place left out under an older map", standing: .pending(problem: nil), number: 3, state: .skipped),
        Case(why: "a place with this map, the document right", standing: .tampered),
        Case(why: "a document that was repaired before", standing: .tampered, document: .repaired),
        Case(why: "a place that failed, this document not", standing: .tampered, state: .failed, problem: "another"),
        Case(
            why: "a document that could not be written",
            standing: .pending(problem: "no right"),
            state: .failed,
            document: .failed,
            problem: "no right"
        ),
        Case(why: "a document that the place does not know", standing: .pending(problem: nil), document: nil),
        Case(why: "a document known with another content", standing: .pending(problem: nil), isOtherHash: true),
        Case(why: "a place left out", standing: .leftOut("suspended"), state: .skipped, problem: "suspended"),
        Case(why: "a place with a newer map", standing: .ahead(5), number: 5),
    ]

    @Test("what it means follows from the place and its map", arguments: cases)
    func standing(_ example: Case) throws {
        let document = try Cast.entitlement().document
        let place = try example.number.map { number in
            RolloutPlace(
                account: try AccountID(Cast.account),
                region: try Region("eu-west-1"),
                number: number,
                state: example.state,
                documents: example.document.map { state in
                    [
                        RolloutDocument(
                            name: document.name,
                            state: state,
                            version: "1",
                            hash: example.isOtherHash ? "00" : document.hash
                        )
                    ]
                } ?? [],
                checked: Cast.now,
                problem: example.problem
            )
        }
        #expect(DocumentStanding(document, in: place, under: 4) == example.standing)
    }
}

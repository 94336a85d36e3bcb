package import SessionCore

/// What every store of the rollout's places must do, as rules that each run on a new, empty store.
package struct RolloutStoreContract: Sendable, CustomStringConvertible {
    /// The rule in one clause.
    package let description: String
    private let body: @Sendable (any RolloutStore) async throws -> Void

    private init(_ description: String, _ body: @escaping @Sendable (any RolloutStore) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Holds a new store to the rule.
    package func check(_ store: any RolloutStore) async throws { try await body(store) }

    private static func require(_ isTrue: Bool, _ claim: String) throws {
        try AuditStoreContract.require(isTrue, claim)
    }

    /// A place of the cast.
    package static func place(
        _ account: String,
        _ region: String,
        number: Int64 = 1,
        state: RolloutPlace.State = .current,
        seconds: Int = 0,
        problem: String? = nil
    ) throws -> RolloutPlace {
        RolloutPlace(
            account: try AccountID(account),
            region: try Region(region),
            number: number,
            state: state,
            documents: [
                RolloutDocument(name: "SSMBroker-Shell-DatabaseAdmin", state: .created, version: "1", hash: "ab"),
                RolloutDocument(name: "SSM-SessionManagerRunShell", state: .failed),
            ],
            checked: AuditSamples.time(seconds),
            problem: problem
        )
    }

    /// Every rule.
    package static let rules = [
        RolloutStoreContract("a new store knows of no place") { store in
            let page = try await store.places(matching: RolloutQuery())
            try require(page.places.isEmpty && page.next == nil, "none")
        },
        RolloutStoreContract("places come back as they went in, by account and Region") { store in
            let places = [
                try place("111122223333", "eu-central-1", state: .failed, problem: "denied: ü"),
                try place("111122223333", "eu-west-1"), try place("444455556666", "eu-west-1", state: .skipped),
            ]
            try await store.record(places.reversed())
            try require(try await store.places(matching: RolloutQuery()).places == places, "all three, in order")
        },
        RolloutStoreContract("what is seen in a place takes the place of what was seen before") { store in
            try await store.record([try place("111122223333", "eu-west-1", state: .failed, problem: "x")])
            let newer = try place("111122223333", "eu-west-1", number: 2, seconds: 9)
            try await store.record([newer])
            try await store.record([])
            try require(try await store.places(matching: RolloutQuery()).places == [newer], "the newer one")
        },
        RolloutStoreContract("what an older version saw is dropped, and what comes with it is kept") { store in
            let newer = try place("111122223333", "eu-west-1", number: 10, seconds: 1)
            try await store.record([newer])
            let older = try place("111122223333", "eu-west-1", number: 9, state: .failed, seconds: 9, problem: "x")
            let other = try place("444455556666", "eu-west-1", number: 9)
            try await store.record([older])
            try require(try await store.places(matching: RolloutQuery()).places == [newer], "the newer one stays")
            try await store.record([older, other])
            try require(try await store.places(matching: RolloutQuery()).places == [newer, other], "and its neighbour")
            let again = try place("111122223333", "eu-west-1", number: 10, state: .failed, seconds: 9, problem: "y")
            try await store.record([again])
            try require(
                try await store.places(matching: RolloutQuery()).places == [again, other],
                "the same version takes its place"
            )
        },
        RolloutStoreContract("each filter finds what it names, and all of them together") { store in
            let a = try place("111122223333", "eu-central-1", number: 1, state: .failed)
            let b = try place("111122223333", "eu-west-1", number: 2)
            let c = try place("444455556666", "eu-west-1", number: 2, state: .failed)
            try await store.record([a, b, c])
            let cases: [(RolloutQuery, [RolloutPlace])] = [
                (RolloutQuery(account: a.account), [a, b]), (RolloutQuery(account: c.account), [c]),
                (RolloutQuery(region: b.region), [b, c]), (RolloutQuery(states: [.failed]), [a, c]),
                (RolloutQuery(states: [.failed, .current]), [a, b, c]), (RolloutQuery(states: []), []),
                (RolloutQuery(olderThan: 2), [a]), (RolloutQuery(from: 2), [b, c]),
                (RolloutQuery(account: c.account, region: c.region, states: [.failed], olderThan: 3, from: 2), [c]),
                (RolloutQuery(account: c.account, olderThan: 2), []),
            ]
            for (query, expected) in cases {
                try require(try await store.places(matching: query).places == expected, "\(query)")
            }
        },
        RolloutStoreContract("pages follow each other without a gap, also through a filter") { store in
            let accounts = (0..<10).map { "\(100_000_000_000 + $0)" }
            let places = try accounts.flatMap { account in
                try ["eu-central-1", "eu-west-1", "us-east-1"].map {
                    try place(account, $0, state: $0 == "us-east-1" ? .failed : .current)
                }
            }
            try await store.record(places)
            for query in [RolloutQuery(limit: 7), RolloutQuery(states: [.failed], limit: 3)] {
                let expected = places.filter(query.matches)
                var found: [RolloutPlace] = []
                var next = query
                repeat {
                    let page = try await store.places(matching: next)
                    try require(page.places.count <= query.limit, "no page is too long")
                    found += page.places
                    next.cursor = page.next
                } while next.cursor != nil
                try require(found == expected, "all of them once")
                try require(try await store.allPlaces(matching: query) == expected, "and in one go")
            }
        },
    ]
}

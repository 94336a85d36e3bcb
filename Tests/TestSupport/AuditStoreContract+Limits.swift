internal import SessionCore

extension AuditStoreContract {
    static let limitRules = [
        AuditStoreContract("an owner has at most as many pending and live sessions as the limit says") { store in
            let two = SessionLimit(maximum: 2)
            func intent(_ number: Int) throws -> AuditRecord {
                try AuditSamples.record(number * 10, .intent, session: number)
            }
            for number in 1...2 { _ = try await store.append(try intent(number), limit: two) }
            try await require(.tooManySessions(2), appending: try intent(3), limit: two, to: store)
            _ = try await store.append(try AuditSamples.record(11, .started, session: 1))
            try await require(.tooManySessions(2), appending: try intent(3), limit: two, to: store)
            try await require(.tooManySessions(1), appending: try intent(3), limit: .init(maximum: 1), to: store)
            try require(try await store.session(AuditSamples.id(3)) == nil, "a refused intent makes no session")

            // A start that failed, one that nobody knows of, and an end each make room.
            _ = try await store.append(try AuditSamples.record(21, .failed, session: 2))
            _ = try await store.append(try intent(3), limit: two)
            _ = try await store.append(try AuditSamples.record(31, .unknown, session: 3))
            _ = try await store.append(try intent(4), limit: two)
            try await require(.tooManySessions(2), appending: try intent(5), limit: two, to: store)
            _ = try await store.append(try AuditSamples.record(12, .ended, session: 1))
            _ = try await store.append(try intent(5), limit: two)
            // An end that is recorded twice makes room once.
            _ = try await store.append(try AuditSamples.record(13, .ended, session: 1))
            try await require(.tooManySessions(2), appending: try intent(6), limit: two, to: store)
            _ = try await store.append(try intent(6), limit: nil)
            _ = try await store.append(try intent(7), limit: SessionLimit(maximum: 4))
        },
        AuditStoreContract("a limit is each owner's own, and owners are compared in full") { store in
            let one = SessionLimit(maximum: 1)
            _ = try await store.append(try AuditSamples.record(1, .intent, session: 1), limit: one)
            let others = [
                try AuditSamples.record(2, .intent, session: 2, user: "bob"),
                try AuditSamples.record(3, .intent, session: 3, roleID: "AROAFIXTUREANOTHER001"),
                try AuditSamples.record(4, .intent, session: 4, account: "444455556666"),
            ]
            for record in others { _ = try await store.append(record, limit: one) }
            for (offset, record) in others.enumerated() {
                var next = record
                next.id = AuditSamples.id(10 + offset)
                next.session = AuditSamples.id(10 + offset)
                try await require(.tooManySessions(1), appending: next, limit: one, to: store)
            }
        },
        AuditStoreContract("a limit holds back intents only") { store in
            let one = SessionLimit(maximum: 1)
            _ = try await store.append(try AuditSamples.record(1, .intent, session: 1), limit: one)
            let events: [AuditEvent] = [.started, .credentials, .denied, .checked, .refused, .read, .ended]
            for (offset, event) in events.enumerated() {
                _ = try await store.append(try AuditSamples.record(2 + offset, event, session: 1), limit: one)
            }
        },
        AuditStoreContract("an intent that is there already is answered again, and a used request id is named first") {
            store in
            let one = SessionLimit(maximum: 1)
            let first = try AuditSamples.record(1, .intent, session: 1, requestID: 7)
            let chained = try await store.append(first, limit: one)
            try require(try await store.append(first, limit: one) == chained, "the first one is the answer")
            try await require(
                .requestAlreadyUsed,
                appending: try AuditSamples.record(2, .intent, session: 2, requestID: 7),
                limit: one,
                to: store
            )
            // The refused intent has not used its request id: the record of the refusal may have it.
            let over = try AuditSamples.record(3, .intent, session: 3, requestID: 8)
            try await require(.tooManySessions(1), appending: over, limit: one, to: store)
            _ = try await store.append(try AuditSamples.record(4, .denied, requestID: 8, code: "TOO_MANY"))
        },
        AuditStoreContract("of intents that race, as many are taken as the limit says") { store in
            try await requireWinners(3, .tooManySessions(3), limit: SessionLimit(maximum: 3), in: store) { number in
                try AuditSamples.record(number, .intent, session: number)
            }
        },
    ]
}

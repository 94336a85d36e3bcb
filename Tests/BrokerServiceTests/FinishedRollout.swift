import SessionCore

/// A rollout that has been wherever it is asked about, with whatever map is in force there.
struct FinishedRollout: RolloutStore {
    let map: MapInForce

    private struct NeverRecords: Error {}

    func record(_ places: [RolloutPlace]) async throws { throw NeverRecords() }

    func places(matching query: RolloutQuery) async throws -> RolloutPage {
        guard let account = query.account, let region = query.region, let pointer = try await map.pointer() else {
            return RolloutPage(places: [], next: nil)
        }
        let place = RolloutPlace(
            account: account,
            region: region,
            number: pointer.number,
            state: .current,
            documents: SessionDocument.all(of: try map.read(), in: (account, region)).map {
                RolloutDocument(name: $0.name, state: .current, version: "1", hash: $0.hash)
            },
            checked: TestClock.start
        )
        return RolloutPage(places: query.matches(place) ? [place] : [], next: nil)
    }
}

internal import SessionCore

/// The rollout for a person: totals, a table, and what needs a look under it.
struct RolloutTable: Sendable {
    let reply: RolloutReply
    let showsDocuments: Bool

    func lines(width: Int?) -> [String] {
        let totals = reply.totals
        guard totals.all > 0 else { return ["Version \(reply.number): the enforcer has looked at no place yet."] }
        // What is skipped is nobody's work: a finished rollout is whole without it.
        let due = totals.all - totals[.skipped]
        let share = due > 0 ? totals[.current] * 100 / due : 100
        var lines = [
            "Version \(reply.number): \(totals[.current]) of \(due) places current (\(share) %), "
                + "\(totals[.pending]) pending, \(totals[.failed]) failed, \(totals[.skipped]) skipped"
        ]
        if !reply.places.isEmpty { lines += [""] + (showsDocuments ? documents : places).lines(width: width) }
        if reply.next != nil { lines += ["", "There are more; --limit shows them."] }
        lines += section("Drift that was put right", drift)
        lines += section("What went wrong", problems(.failed, .current))
        lines += section("Skipped", problems(.skipped))
        return lines
    }

    private var places: Table {
        Table(
            [
                Table.Column("ACCOUNT"), Table.Column("REGION"), Table.Column("STATE"), Table.Column("VERSION"),
                Table.Column("CHECKED (UTC)"), Table.Column("DOCUMENTS", mayShrink: true),
            ],
            rows: reply.places.map { place in
                [
                    place.account.digits, place.region.name, place.standing(under: reply.number).rawValue,
                    place.number > 0 ? String(place.number) : "-", Self.time(place.checked), Self.summary(place),
                ]
            }
        )
    }

    private var documents: Table {
        Table(
            [
                Table.Column("ACCOUNT"), Table.Column("REGION"), Table.Column("STATE"),
                Table.Column("DOCUMENT", mayShrink: true), Table.Column("VERSION"), Table.Column("LAST"),
            ],
            rows: reply.places.flatMap { place in
                place.documents.map { document in
                    [
                        place.account.digits, place.region.name, place.standing(under: reply.number).rawValue,
                        document.name, document.version ?? "-", document.state.rawValue,
                    ]
                }
            }
        )
    }

    /// For example `12, 1 repaired`.
    private static func summary(_ place: RolloutPlace) -> String {
        let counts = Dictionary(grouping: place.documents.filter { $0.state != .current }, by: \.state)
            .mapValues(\.count).sorted { $0.key.rawValue < $1.key.rawValue }
        return ([String(place.documents.count)] + counts.map { "\($0.value) \($0.key.rawValue)" })
            .joined(separator: ", ")
    }

    private var drift: [String] {
        reply.places.flatMap { place in
            place.documents.filter { $0.state == .repaired }.map { document in
                "\(place.account) \(place.region): \(document.name), seen \(Self.time(place.checked))"
            }
        }
    }

    private func problems(_ states: RolloutPlace.State...) -> [String] {
        reply.places.filter { states.contains($0.state) }.compactMap { place in
            place.problem.map { "\(place.account) \(place.region): \($0)" }
        }
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", "\(title):"] + lines.map { "  \(Printable.line($0))" }
    }

    private static func time(_ time: Timestamp) -> String {
        guard time.milliseconds > 0 else { return "never" }
        return String(time.description.prefix(19).map { $0 == "T" ? " " : $0 })
    }
}

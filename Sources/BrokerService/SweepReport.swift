internal import SessionCore

/// What a sweep came to.
struct SweepReport: Sendable {
    /// The most findings that an answer lists; the log has them all.
    private static let shownFindings = 200

    /// How many sessions of ours were looked at.
    var sessions = 0
    /// In how many accounts and Regions.
    var places = 0
    /// What was found or done.
    var findings: [SweepFinding] = []
    /// What could not be looked at or done, and why; the next sweep tries again.
    var failures: [SweepFailure] = []
    /// Whether there was time to look everywhere.
    var isComplete = true

    /// The report as the API and the schedule's invocation give it.
    var json: JSON {
        [
            "failures": .array(failures.map(\.json)),
            "findings": .array(findings.prefix(Self.shownFindings).map(\.json)),
            "findingsTotal": .integer(Int64(findings.count)),
            "isComplete": .bool(isComplete && failures.isEmpty),
            "places": .integer(Int64(places)),
            "sessions": .integer(Int64(sessions)),
        ]
    }
}

/// A place where something could not be done.
struct SweepFailure: Sendable, Hashable {
    let place: SweepPlace
    /// Why.
    let code: ProblemCode

    /// The failure as the API shows it.
    var json: JSON {
        [
            "account": .string(place.account.digits),
            "code": .string(code.rawValue),
            "region": .string(place.region.name),
        ]
    }
}

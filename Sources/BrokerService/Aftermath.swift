internal import SessionCore

/// What became of a StartSession without a clear answer, as far as it could be found out.
struct Aftermath: Sendable {
    /// Whether the sessions could be listed at all.
    var isListed = true
    /// The sessions that it had started.
    var found: [String] = []
    /// Those of them that were ended.
    var ended: [String] = []

    /// Those that may still run; nobody has their token.
    var left: [String] { found.filter { !ended.contains($0) } }

    /// What the engineer is told.
    var problem: Problem {
        let outcome =
            if !isListed {
                "whether it started a session could not be found out; nobody can use one"
            } else if found.isEmpty {
                "no session was found"
            } else if left.isEmpty {
                "the session that it started was ended"
            } else {
                "the session that it started could not be ended; nobody can use it"
            }
        return Problem(.startUnknown, detail: "Session Manager gave no clear answer; \(outcome).", next: "Try again.")
    }

    /// What the record says beside it.
    var details: [String: String] {
        var details = ["listed": String(isListed)]
        if !ended.isEmpty { details["ended"] = ended.joined(separator: " ") }
        if !left.isEmpty { details["left"] = left.joined(separator: " ") }
        return details
    }
}

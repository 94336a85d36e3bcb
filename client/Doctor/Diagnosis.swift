internal import SessionCore

/// What one check of `doctor` found.
struct Diagnosis: Sendable, Hashable {
    /// How it stands.
    enum State: String, Sendable, Hashable {
        /// As it should be.
        case ok
        /// It works, and could be better.
        case advice
        /// It does not work.
        case wrong
        /// It could not be looked at, because of what is wrong before it.
        case skipped
    }

    /// What was looked at, one word.
    let check: String
    let state: State
    /// What was found, one sentence.
    let says: String
    /// Why, or more of it.
    var why: [String] = []
    /// What to do; nil when there is nothing.
    var next: String?
    /// The exit code that a command which needs this ends with.
    var status: ExitStatus = .done

    /// Found as it should be.
    static func ok(_ check: String, _ says: String, why: [String] = []) -> Diagnosis {
        Diagnosis(check: check, state: .ok, says: says, why: why)
    }

    /// Not looked at, for want of something else.
    static func skipped(_ check: String, for want: String) -> Diagnosis {
        Diagnosis(check: check, state: .skipped, says: "Not looked at: \(want).")
    }

    /// A failure of the command that was tried.
    static func wrong(_ check: String, _ failure: CommandFailure) -> Diagnosis {
        Diagnosis(
            check: check,
            state: .wrong,
            says: failure.what,
            why: failure.why,
            next: failure.next,
            status: failure.status
        )
    }

    /// As lines for a person.
    var lines: [String] {
        let name = check + String(repeating: " ", count: max(1, 13 - check.count))
        let mark = state.rawValue + String(repeating: " ", count: 9 - state.rawValue.count)
        let margin = String(repeating: " ", count: 22)
        return ["\(mark)\(name)\(Printable.line(says))"] + why.map { "\(margin)Why: \(Printable.line($0))" }
            + (next.map { ["\(margin)Next: \(Printable.line($0))"] } ?? [])
    }

    /// For programs.
    ///
    /// Shape: `{"check":"plugin","exitStatus":8,"next":"…","reasons":["…"],"says":"…","state":"wrong"}`.
    var json: JSON {
        .compact([
            "check": .string(check),
            "exitStatus": .integer(Int64(status.rawValue)),
            "next": next.map(JSON.string),
            "reasons": .array(why.map(JSON.string)),
            "says": .string(says),
            "state": .string(state.rawValue),
        ])
    }
}

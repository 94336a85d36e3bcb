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
    ///
    /// - Parameter width: The terminal's columns; nil wraps nothing.
    /// - Returns: The lines.
    func lines(width: Int?) -> [String] {
        let width = width ?? Int(Int32.max)
        let mark = state.rawValue + String(repeating: " ", count: 9 - state.rawValue.count) + check
        let label = state == .ok ? "" : "Why:"
        let space = state == .ok ? 0 : 6
        return Paragraph.wrapped(mark, says, indent: 0, label: Self.margin, width: width)
            + why.flatMap { Paragraph.wrapped(label, $0, indent: Self.margin, label: space, width: width) }
            + Paragraph.wrapped("Next:", next, indent: Self.margin, label: 6, width: width)
    }

    /// Where the sentences begin, in columns.
    private static let margin = 22

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

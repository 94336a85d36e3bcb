internal import SessionCore

extension EndSessionsReply {
    /// The reply for a person.
    var lines: [String] {
        var lines = ["\(Self.count(ended.count)) ended."]
        lines += ended.map { "  \($0)" }
        if !left.isEmpty { lines.append("\(Self.count(left.count)) may still run:") }
        lines += left.map { "  \($0.id)  \(Printable.line($0.code))" }
        return lines
    }

    /// Each session, for programs: those that have ended, and those that may still run, with the reason.
    var rows: Rows {
        let ended = ended.map { id -> JSON in ["ended": true, "id": .string(id.text)] }
        let left = left.map { one -> JSON in ["code": .string(one.code), "ended": false, "id": .string(one.id.text)] }
        return Rows(ended + left, columns: ["id", "ended", "code"])
    }

    /// Returns when nothing of what was to end may still run.
    ///
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/failed``.
    func requireAllEnded() throws {
        guard !isComplete || !left.isEmpty else { return }
        throw CommandFailure(
            .failed,
            code: "SESSIONS_LEFT",
            what: left.isEmpty
                ? "Not every session could be looked at." : "\(Self.count(left.count)) could not be ended.",
            next: "Repeat the command; those that have ended are left alone."
        )
    }

    private static func count(_ count: Int) -> String { "\(count) \(count == 1 ? "session" : "sessions")" }
}

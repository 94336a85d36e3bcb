internal import SessionCore

/// Why a command did not do what was asked: what a person reads, and what a script branches on.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
    /// The exit code.
    var status: ExitStatus
    /// A stable word for programs; the broker's own code where the broker refused.
    let code: String
    /// What happened, one sentence.
    private(set) var what: String
    /// Why, as far as known; lines of their own where there are several reasons.
    let why: [String]
    /// What to do next; a command where there is one.
    let next: String?
    /// The id under which the broker knows the request.
    let requestID: String?
    /// Whether the broker itself, or its front door, has decided this.
    var isFromBroker = false

    /// Makes a failure; text that came from elsewhere is made harmless for terminals here.
    init(
        _ status: ExitStatus,
        code: String,
        what: String,
        why: [String] = [],
        next: String? = nil,
        requestID: String? = nil
    ) {
        self.status = status
        self.code = Printable.line(code)
        self.what = Printable.line(what)
        self.why = why.map(Printable.line).filter { !$0.isEmpty }
        self.next = next.map(Printable.line).flatMap { $0.isEmpty ? nil : $0 }
        self.requestID = requestID.map(Printable.line).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Says something before what happened.
    mutating func prepend(_ sentence: String) { what = Printable.line(sentence) + " " + what }

    /// The failure as lines for a person.
    var description: String {
        var lines = ["ssm-broker: \(what)"]
        lines += why.map { "  Why: \($0)" }
        if let next { lines.append("  Next: \(next)") }
        if let requestID { lines.append("  Request: \(requestID)") }
        return lines.joined(separator: "\n")
    }

    /// The failure for programs, with the members of the broker's own problems.
    ///
    /// Shape: `{"code":"PLUGIN_MISSING","detail":"…","exitStatus":8,"next":"…","reasons":["…"],"requestId":"…"}`.
    var json: JSON {
        .compact([
            "code": .string(code),
            "detail": .string(([what] + why).joined(separator: " ")),
            "exitStatus": .integer(Int64(status.rawValue)),
            "next": next.map(JSON.string),
            "reasons": .array(why.map(JSON.string)),
            "requestId": requestID.map(JSON.string),
        ])
    }
}

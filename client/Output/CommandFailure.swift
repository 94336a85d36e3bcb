internal import SessionCore

/// Why a command did not do what was asked: what a person reads, and what a script branches on.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
    /// The exit code.
    var status: ExitStatus
    /// A stable word for programs; the broker's own code where the broker refused.
    private(set) var code: String
    /// What happened, one sentence.
    private(set) var what: String
    /// Why, as far as known; lines of their own where there are several reasons.
    private(set) var why: [String]
    /// What to do next; a command where there is one.
    private(set) var next: String?
    /// The id under which the broker knows the request.
    let requestID: String?
    /// Rows that belong to it, for example those of which one has to be chosen.
    var table: Table?
    /// Further members for programs.
    var members: [String: JSON] = [:]
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

    /// How far a table stands set in.
    private static let tableMargin = "    "

    /// Says something before what happened.
    mutating func prepend(_ sentence: String) { what = Printable.line(sentence) + " " + what }

    /// Adds a reason.
    mutating func explain(_ reason: String) { why.append(Printable.line(reason)) }

    /// Says what to do instead of what was said so far.
    mutating func advise(_ step: String) { next = Printable.line(step) }

    /// The failure as lines for a person.
    var description: String { lines(width: nil).joined(separator: "\n") }

    /// The failure as lines for a person.
    ///
    /// - Parameter width: The columns of the terminal: no word is broken at its edge, and a command that ends a sentence stands whole
    ///   on a line of its own, to be copied, where it does not fit beside it; nil breaks nothing.
    /// - Returns: The lines.
    func lines(width: Int?) -> [String] {
        var lines = Paragraph.filled("ssm-broker: ", what, width)
        lines += why.flatMap { Paragraph.filled("  Why: ", $0, width) }
        lines += table?.lines(width: width.map { $0 - Self.tableMargin.count }).map { Self.tableMargin + $0 } ?? []
        if let next { lines += Self.advice("  Next: ", next, width) }
        if let requestID { lines.append("  Request: \(requestID)") }
        return lines
    }

    private static func advice(_ label: String, _ text: String, _ width: Int?) -> [String] {
        guard let width, Printable.width(label + text) > width else { return [label + text] }
        // What comes after the last colon is the command; advice without one is a command itself, or a sentence.
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let colon = words.lastIndex(where: { $0.hasSuffix(":") }), colon < words.count - 1 else {
            let isCommand = text.hasPrefix("ssm-broker ") || text.hasPrefix("aws ")
            return isCommand ? [label + text] : Paragraph.filled(label, text, width)
        }
        return Paragraph.filled(label, words[...colon].joined(separator: " "), width)
            + [String(repeating: " ", count: label.count) + words[(colon + 1)...].joined(separator: " ")]
    }

    /// The failure for programs, with the members of the broker's own problems.
    ///
    /// Shape: `{"code":"PLUGIN_MISSING","detail":"…","exitStatus":8,"next":"…","reasons":["…"],"requestId":"…"}`.
    var json: JSON {
        let own = JSON.compact([
            "code": .string(code),
            "detail": .string(([what] + why).joined(separator: " ")),
            "exitStatus": .integer(Int64(status.rawValue)),
            "next": next.map(JSON.string),
            "reasons": .array(why.map(JSON.string)),
            "requestId": requestID.map(JSON.string),
        ])
        return .object(members.merging(own.members ?? [:]) { $1 })
    }
}

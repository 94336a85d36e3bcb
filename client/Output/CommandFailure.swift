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
        var lines = Self.filled("ssm-broker: ", what, width)
        lines += why.flatMap { Self.filled("  Why: ", $0, width) }
        if let next { lines += Self.advice("  Next: ", next, width) }
        if let requestID { lines.append("  Request: \(requestID)") }
        return lines
    }

    private static func advice(_ label: String, _ text: String, _ width: Int?) -> [String] {
        guard let width, Printable.width(label + text) > width else { return [label + text] }
        // What comes after the last colon is the command; advice without one is a command itself, or a sentence.
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let colon = words.lastIndex(where: { $0.hasSuffix(":") }), colon < words.count - 1 else {
            return text.hasPrefix("ssm-broker ") || text.hasPrefix("aws ") ? [label + text] : filled(label, text, width)
        }
        return filled(label, words[...colon].joined(separator: " "), width)
            + [String(repeating: " ", count: label.count) + words[(colon + 1)...].joined(separator: " ")]
    }

    /// A text after a label, broken between words, later lines set in as far as the first.
    private static func filled(_ label: String, _ text: String, _ width: Int?) -> [String] {
        guard let width, Printable.width(label + text) > width else { return [label + text] }
        let margin = String(repeating: " ", count: label.hasPrefix(" ") ? label.count : 2)
        var lines = [label]
        var isEmpty = true
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let longer = lines[lines.count - 1] + (isEmpty ? "" : " ") + word
            if isEmpty || Printable.width(longer) <= width {
                lines[lines.count - 1] = longer
            } else {
                lines.append(margin + word)
            }
            isEmpty = false
        }
        return lines
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

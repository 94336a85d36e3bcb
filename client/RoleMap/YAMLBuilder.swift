internal import SessionCore

/// Makes JSON of YAML's events, and notes what is wrong instead of stopping.
struct YAMLBuilder {
    /// A text that a part of our files could hold without end is no file of ours.
    private static let maximumNodes = 1_000_000

    let events: YAMLEvents
    private(set) var problems: [YAMLDocument.Problem] = []
    private(set) var marks = YAMLMarks()
    private var nodes = 0
    private var depth = 0
    /// Whether nothing further could be read.
    private(set) var isBroken = false

    init(events: YAMLEvents) {
        self.events = events
    }

    private mutating func note(_ explanation: String, at mark: YAMLDocument.Mark) {
        guard !isBroken else { return }
        problems.append(YAMLDocument.Problem(mark: mark, explanation: explanation))
    }

    /// Notes what ends the reading.
    private mutating func stop(_ explanation: String, at mark: YAMLDocument.Mark) {
        note(explanation, at: mark)
        isBroken = true
    }

    /// The one document of the text.
    mutating func document() -> JSON {
        var (event, mark) = events.next()
        guard event == .documentStart else {
            if case .broken(let reason) = event { stop(reason, at: mark) } else { stop("The file is empty.", at: mark) }
            return .null
        }
        let value = node()
        guard !isBroken else { return .null }
        (event, mark) = events.next()
        switch event {
        case .finished: break
        case .broken(let reason): stop(reason, at: mark)
        default: stop("A second document begins here; one file holds one.", at: mark)
        }
        return value
    }

    private mutating func node(named name: String = "", at nameMark: YAMLDocument.Mark? = nil) -> JSON {
        let (event, mark) = events.next()
        return node(event, mark, named: name, at: nameMark)
    }

    private mutating func node(
        _ event: YAMLEvents.Event,
        _ mark: YAMLDocument.Mark,
        named name: String,
        at nameMark: YAMLDocument.Mark?
    ) -> JSON {
        nodes += 1
        guard nodes <= Self.maximumNodes else {
            stop("The file has more than \(Self.maximumNodes) parts.", at: mark)
            return .null
        }
        guard depth < JSON.maximumDepth else {
            stop("Nested more than \(JSON.maximumDepth) deep.", at: mark)
            return .null
        }
        depth += 1
        defer { depth -= 1 }
        switch event {
        case .scalar(let text, let isPlain, let hasAnchor, let hasTag):
            noteExtras(hasAnchor: hasAnchor, hasTag: hasTag, at: mark)
            let value = isPlain ? plain(text, mark) : .string(text)
            _ = marks.begin(mark, name: name, isNumber: value.number != nil)
            return value
        case .mapping(let hasAnchor, let hasTag):
            noteExtras(hasAnchor: hasAnchor, hasTag: hasTag, at: mark)
            return below(nameMark ?? mark, name) { $0.mapping() }
        case .list(let hasAnchor, let hasTag):
            noteExtras(hasAnchor: hasAnchor, hasTag: hasTag, at: mark)
            return below(nameMark ?? mark, name) { $0.list() }
        case .alias:
            note(
                "Aliases (*name) are not taken: write the value out, so that what is reviewed is what holds.",
                at: mark
            )
        case .broken(let reason): stop(reason, at: mark)
        case .documentStart, .end, .finished: stop("Ends too early.", at: mark)
        }
        _ = marks.begin(mark, name: name)
        return .null
    }

    private mutating func below(
        _ mark: YAMLDocument.Mark,
        _ name: String,
        _ read: (inout YAMLBuilder) -> JSON
    ) -> JSON {
        let index = marks.begin(mark, name: name)
        let value = read(&self)
        marks.end(index)
        return value
    }

    private mutating func mapping() -> JSON {
        var members: [String: JSON] = [:]
        var seen: [String: YAMLDocument.Mark] = [:]
        while !isBroken {
            let (event, mark) = events.next()
            if event == .end { break }
            guard case .scalar(let name, _, let hasAnchor, let hasTag) = event else {
                // The whole of it is read, so that what follows keeps its place.
                let isList = node(event, mark, named: "?", at: nil) != .null
                if isList || event == .alias { note("A name here has to be text.", at: mark) }
                _ = node(named: "?")
                continue
            }
            noteExtras(hasAnchor: hasAnchor, hasTag: hasTag, at: mark)
            if let first = seen[name] {
                note("\(name) stands here a second time; the first is in line \(first.line).", at: mark)
            }
            let value = node(named: name, at: mark)
            if seen[name] == nil { members[name] = value }
            seen[name] = seen[name] ?? mark
        }
        return .object(members)
    }

    private mutating func list() -> JSON {
        var elements: [JSON] = []
        while !isBroken {
            let (event, mark) = events.next()
            if event == .end { break }
            elements.append(node(event, mark, named: "", at: nil))
        }
        return .array(elements)
    }

    /// Unquoted text by YAML's core schema; what other readers take for something else has to be quoted.
    private mutating func plain(_ text: String, _ mark: YAMLDocument.Mark) -> JSON {
        switch text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        case "", "~", "null", "Null", "NULL":
            // Left open, a restriction would vanish: "accounts:" must not come to mean all accounts.
            note("No value stands here; write one, or leave the name out.", at: mark)
            return .null
        case _ where ["yes", "no", "on", "off"].contains(text.lowercased()):
            note(
                "\(text) is true or false to some readers and text to others; write true or false, or put it in quotes.",
                at: mark
            )
            return .null
        default: break
        }
        guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first),
            text.utf8.contains(where: { (0x30...0x39).contains($0) })
        else { return .string(text) }
        if let number = Int64(text), String(number) == text { return .integer(number) }
        let isNumeric = text.utf8.allSatisfy { "+-.0123456789_eExXoOabcdfABCDF:".utf8.contains($0) }
        if isNumeric {
            note("\(text) is a number or a date to some readers and text to others; put it in quotes.", at: mark)
        }
        return .string(text)
    }

    private mutating func noteExtras(hasAnchor: Bool, hasTag: Bool, at mark: YAMLDocument.Mark) {
        if hasAnchor { note("Anchors (&name) are not taken: write the value out where it is meant.", at: mark) }
        if hasTag { note("Tags (!name) are not taken.", at: mark) }
    }
}

internal import SessionCore

/// A list of nodes from which one is chosen by typing: what is shown, and what each key does; no terminal has a part in it.
struct Picker: Sendable, Hashable {
    /// How the choosing ended.
    enum Ending: Sendable, Hashable {
        /// With this node.
        case chosen(NodeListing)
        /// Without one.
        case left
    }

    /// One line of the list.
    struct Row: Sendable, Hashable {
        let node: NodeListing
        /// What the typed words are looked for in.
        let text: String
    }

    /// The longest a name may be before the id is pushed out of a usual window.
    private static let widestName = 28
    /// The most that can be typed.
    private static let longestQuery = 256

    /// All nodes, in the order in which they are shown.
    let rows: [Row]
    /// How wide the columns of all nodes are: name, id, state and address.
    let widths: [Int]
    /// Those that were connected to lately.
    let recent: Set<NodeID>
    /// Whether there are nodes that are not among them.
    let isPartial: Bool
    /// What was typed.
    private(set) var query = ""
    /// The rows that fit what was typed.
    private(set) var found: [Row]
    /// Which of them is marked.
    private(set) var marked = 0

    /// Begins with every node, the first one marked.
    init(nodes: [NodeListing], recent: Set<NodeID> = [], isPartial: Bool = false) {
        rows = nodes.map { node in
            let tags = node.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let texts = [
                node.name, node.id.text, node.platform, NodeTable.state(node.state), node.address, node.dnsName,
            ]
            return Row(node: node, text: (texts.compactMap(\.self) + tags).joined(separator: "\n").lowercased())
        }
        let cells = nodes.map(Self.cells)
        widths = (0..<4).map { column in
            let widest = cells.map { Printable.width($0[column]) }.max() ?? 0
            return column == 0 ? min(widest, Self.widestName) : widest
        }
        self.recent = recent
        self.isPartial = isPartial
        found = rows
    }

    /// A node's name, id, state and address, harmless for terminals.
    static func cells(of node: NodeListing) -> [String] {
        [node.name ?? "-", node.id.text, NodeTable.state(node.state), NodeTable.address(of: node)].map(Printable.line)
    }

    /// Does what a key asks for.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - page: How many rows are shown at a time.
    /// - Returns: How it ended; nil while it goes on.
    mutating func press(_ key: Key, page: Int) -> Ending? {
        switch key {
        case .text(let text): type(text)
        case .backspace: change { _ = $0.popLast() }
        case .deleteWord: change { Self.dropWord(&$0) }
        case .clear: change { $0 = "" }
        case .up: move(by: -1, wraps: true)
        case .down: move(by: 1, wraps: true)
        case .pageUp: move(by: -max(page, 1))
        case .pageDown: move(by: max(page, 1))
        case .home: marked = 0
        case .end: marked = max(found.count - 1, 0)
        case .enter: return found.indices.contains(marked) ? .chosen(found[marked].node) : nil
        case .leave: return .left
        }
        return nil
    }

    private mutating func type(_ text: String) {
        let shown = Printable.line(text)
        change { $0 = String(($0 + shown).prefix(Self.longestQuery)) }
    }

    /// Finds anew.
    private mutating func change(_ body: (inout String) -> Void) {
        let before = query
        body(&query)
        guard query != before else { return }
        let words = query.lowercased().split(separator: " ").map(String.init)
        let fitting = rows.filter { row in words.allSatisfy { row.text.contains($0) } }
        // Whoever types a name means the node of that name before one that has the word in a tag.
        let closeness = { (row: Row) in
            guard let word = words.first, let name = row.node.name?.lowercased() else { return 2 }
            return name.hasPrefix(word) ? 0 : name.contains(word) ? 1 : 2
        }
        found = (0...2).flatMap { rank in fitting.filter { closeness($0) == rank } }
        // Whoever types looks for the best match, which stands at the top.
        marked = 0
    }

    private mutating func move(by step: Int, wraps: Bool = false) {
        guard !found.isEmpty else { return }
        let next = marked + step
        marked = wraps ? (next + found.count) % found.count : min(max(next, 0), found.count - 1)
    }

    private static func dropWord(_ text: inout String) {
        while text.last == " " { text.removeLast() }
        while let last = text.last, last != " " { text.removeLast() }
    }
}

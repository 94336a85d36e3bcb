internal import SessionCore

/// Nodes as a person sees them.
enum NodeTable {
    /// The table, ids whole.
    static func of(_ nodes: [NodeListing], showsTags: Bool = false) -> Table {
        Table(
            [
                Table.Column("NAME", mayShrink: true), Table.Column("ID"), Table.Column("STATE"),
                Table.Column("ADDRESS"), Table.Column("PLATFORM", mayShrink: true),
            ] + (showsTags ? [Table.Column("TAGS", mayShrink: true)] : []),
            rows: nodes.map { node in
                [
                    node.name ?? "-", node.id.text, state(node.state), address(of: node), node.platform ?? "-",
                ] + (showsTags ? [tags(of: node)] : [])
            }
        )
    }

    /// By name, those without one at the end, then by id.
    static func ordered(_ nodes: [NodeListing]) -> [NodeListing] {
        nodes.sorted { left, right in
            let names = (left.name, right.name)
            switch names {
            case (nil, nil): return left.id < right.id
            case (nil, _): return false
            case (_, nil): return true
            case (let one?, let other?): return (one, left.id) < (other, right.id)
            }
        }
    }

    /// The state in one short word.
    static func state(_ state: NodeListing.State) -> String {
        state == .connectionLost ? "lost" : state.rawValue
    }

    /// The address; in parentheses when only the machine itself says so.
    static func address(of node: NodeListing) -> String {
        node.address.map { node.isSelfReported ? "(\($0))" : $0 } ?? "-"
    }

    /// The tags but the name, which has a column of its own, and the enrolment, which all have.
    static func tags(of node: NodeListing) -> String {
        node.tags.filter { $0.key != NodeListing.nameKey && $0.key != NodeAccess.enrolment.key }
            .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}

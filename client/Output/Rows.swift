internal import SessionCore

/// What a command found, one thing a row: for the forms of output that have a line for each.
struct Rows {
    /// Each row for NDJSON: an object, whole, as the list in the JSON form has it.
    let objects: () -> [JSON]
    /// The cells of each row for TSV.
    ///
    /// New ones come last, so that scripts that count columns go on working.
    let cells: () -> [[String]]

    /// Rows whose cells are members of their objects.
    ///
    /// - Parameters:
    ///   - objects: The rows.
    ///   - columns: The members that TSV shows; a dot leads into an object, as in `access.node`. A row without one has an empty cell.
    init(_ objects: [JSON], columns: [String]) {
        self.objects = { objects }
        let paths = columns.map { $0.split(separator: ".").map(String.init) }
        cells = {
            objects.map { row in paths.map { path in path.reduce(Optional(row)) { $0?[$1] }.map(Self.text) ?? "" } }
        }
    }

    /// Rows whose cells are not simply members; each form is made only when it is asked for.
    init(objects: @escaping () -> [JSON], cells: @escaping () -> [[String]]) {
        self.objects = objects
        self.cells = cells
    }

    /// The members of one thing and their values, by name; those of an object within it as `block.user`.
    static func members(of json: JSON, under prefix: String = "") -> [[String]] {
        guard let members = json.members else { return [[prefix, text(json)]] }
        return members.sorted { $0.key < $1.key }.flatMap { name, value in
            Self.members(of: value, under: prefix.isEmpty ? name : "\(prefix).\(name)")
        }
    }

    /// A value as one cell; lists and objects in their JSON form.
    private static func text(_ json: JSON) -> String {
        switch json {
        case .null: ""
        case .string(let text): text
        case .bool, .integer, .array, .object: json.canonicalText
        }
    }
}

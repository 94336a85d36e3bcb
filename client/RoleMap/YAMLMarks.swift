internal import SessionCore

/// Where each part of a document stands, kept as the parts come, and looked up only when something is wrong.
///
/// A map has hundreds of thousands of parts and, as a rule, no problem: a place for each of them under its path would cost more than
/// reading the file.
struct YAMLMarks: Sendable, Hashable {
    /// Where a part begins, and how many parts follow that belong to it.
    fileprivate struct Part: Sendable, Hashable {
        /// The value's place, or for a list or object within another its name's.
        let mark: YAMLDocument.Mark
        /// The name under which it stands in an object; empty in a list.
        let name: String
        /// Itself and all below it.
        var size = 1
        /// Whether it is a number without quotes.
        let isNumber: Bool
    }

    private var parts: [Part] = []

    /// Takes the next part, before those below it.
    ///
    /// - Returns: What ``end(_:)`` is called with when all below it are there.
    mutating func begin(_ mark: YAMLDocument.Mark, name: String, isNumber: Bool = false) -> Int {
        parts.append(Part(mark: mark, name: name, isNumber: isNumber))
        return parts.count - 1
    }

    /// All below a part are there.
    mutating func end(_ index: Int) {
        parts[index].size = parts.count - index
    }

    /// Finds places, one path after the other.
    struct Finder {
        private let parts: [Part]
        /// The parts of those lists and objects that were gone through, by name or number; of equal names the first.
        private var children: [Int: [String: Int]] = [:]

        fileprivate init(parts: [Part]) {
            self.parts = parts
        }

        /// Where a part stands; for one that is missing, where it would belong.
        mutating func find(_ path: [String]) -> (mark: YAMLDocument.Mark, isNumber: Bool) {
            var index = 0
            for name in path {
                guard let next = below(index)[name] else { return (parts[index].mark, false) }
                index = next
            }
            return (parts[index].mark, parts[index].isNumber)
        }

        private mutating func below(_ index: Int) -> [String: Int] {
            if let known = children[index] { return known }
            var found: [String: Int] = [:]
            var next = index + 1
            while next < index + parts[index].size {
                let name = parts[next].name.isEmpty ? String(found.count) : parts[next].name
                if found[name] == nil { found[name] = next }
                next += parts[next].size
            }
            children[index] = found
            return found
        }
    }

    /// Begins to find places; nil for a document without parts.
    func finder() -> Finder? { parts.isEmpty ? nil : Finder(parts: parts) }
}

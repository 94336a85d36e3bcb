/// An element of a small XML document, as query services answer: a name, text, children.
///
/// Attributes are checked and dropped, namespace prefixes are cut off, comments are skipped. Document types are
/// refused, so there are no entities
/// but XML's own five and numeric references, and nothing is ever fetched or expanded.
struct XMLTree: Sendable, Hashable {
    /// What is wrong with a document.
    enum Rejection: Error, Sendable, Hashable {
        /// It is no well-formed document of this subset; the offset is that of the byte where reading stopped.
        case malformed(offset: Int)
        /// It has a document type declaration.
        case documentType
        /// Elements are nested deeper than any answer of AWS.
        case tooDeep
    }

    /// The element's name without prefix.
    let name: String
    /// The character data directly inside, references resolved, pieces joined.
    let text: String
    /// The elements directly inside, in order.
    let children: [XMLTree]

    /// The text without white space around it.
    var trimmedText: String {
        let isSpace = { (character: Character) in character.isWhitespace }
        let start = text.drop(while: isSpace)
        return String(start.prefix(start.count - start.reversed().prefix(while: isSpace).count))
    }

    /// The first child of that name.
    ///
    /// - Throws: ``BrokenOutput`` when there is none.
    func child(_ name: String) throws -> XMLTree {
        guard let child = children.first(where: { $0.name == name }) else { throw BrokenOutput(part: name) }
        return child
    }

    /// The text of the first child of that name, which must not be empty.
    ///
    /// - Throws: ``BrokenOutput`` when there is none.
    func value(_ name: String) throws -> String {
        let value = try child(name).trimmedText
        guard !value.isEmpty else { throw BrokenOutput(part: name) }
        return value
    }
}

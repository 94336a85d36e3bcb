/// A mark in a document's description by which its text differs from one that stood there before, and nothing else.
///
/// Systems Manager refuses a new version whose content it has had already, as happens when a document goes back to what it
/// once was. The description is shown to people and means nothing to the agent, so a mark there makes the text new and
/// leaves the document the same. Shape: ` [revision 12]` at the description's end.
/// Source: Systems Manager API Reference, UpdateDocument, `DuplicateDocumentContent`.
public enum DocumentRevision {
    private static let opening = " [revision "

    /// The content with a mark, which takes the place of one that is there.
    ///
    /// - Parameters:
    ///   - number: From 1; the number of the version that the new one follows is one that no earlier text can have.
    ///   - content: A document's content.
    /// - Returns: The content, marked.
    public static func mark(_ number: Int, in content: JSON) -> JSON {
        guard case .object(var members) = content else { return content }
        let description = members["description"]?.text ?? ""
        members["description"] = .string("\(withoutMark(description))\(opening)\(number)]")
        return .object(members)
    }

    /// The content without a mark.
    public static func removeMark(from content: JSON) -> JSON {
        guard case .object(var members) = content, let description = members["description"]?.text else {
            return content
        }
        members["description"] = .string(withoutMark(description))
        return .object(members)
    }

    private static func withoutMark(_ description: String) -> String {
        let text = Array(description.utf8)
        guard text.last == UInt8(ascii: "]") else { return description }
        let digits = text.dropLast().reversed().prefix { (0x30...0x39).contains($0) }.count
        let rest = text.dropLast(digits + 1)
        guard (1...10).contains(digits), text[rest.count] != UInt8(ascii: "0"),
            rest.suffix(opening.utf8.count).elementsEqual(opening.utf8)
        else { return description }
        return String(decoding: rest.dropLast(opening.utf8.count), as: UTF8.self)
    }
}

extension SessionDocument {
    /// Whether a text is this document's content, a revision's mark aside.
    ///
    /// Canonical bytes are compared, because Swift holds texts for equal that only Unicode does: the Kelvin sign for K, which the
    /// agent reads as another name.
    ///
    /// - Parameter text: What Systems Manager gives; text that is no JSON is no document.
    /// - Returns: True when it is.
    public func isContent(of text: String) -> Bool {
        guard let found = try? JSON(parsing: text.utf8) else { return false }
        let bytes = content.canonicalBytes
        return found.canonicalBytes == bytes || DocumentRevision.removeMark(from: found).canonicalBytes == bytes
    }
}

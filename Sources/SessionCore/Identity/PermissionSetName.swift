/// The name of a permission set.
///
/// Shape: 1 to 32 ASCII characters, letters, digits and `_+=,.@-`, for example `DatabaseAdmin`. It may contain `_`.
/// Source: IAM Identity Center API Reference, `PermissionSetName`: `[\w+=,.@-]+`.
public struct PermissionSetName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What is wrong with a text that is no permission set's name.
    public enum Rejection: Error, Sendable, Hashable {
        /// The text has this many bytes instead of 1 to 32.
        case length(Int)
        /// The text holds a character that no name has.
        case character(Character)
    }

    /// The name as text.
    public let name: String

    /// Checks and keeps a name.
    ///
    /// - Parameter text: The name as it came.
    /// - Throws: ``Rejection`` naming what is wrong with `text`.
    public init(_ text: some StringProtocol) throws(Rejection) {
        guard (1...32).contains(text.utf8.count) else { throw .length(text.utf8.count) }
        if let wrong = text.first(where: { !IAMName.allows($0) }) { throw .character(wrong) }
        name = String(text)
    }

    /// The name.
    public var description: String { name }

    /// Orders by name.
    public static func < (left: PermissionSetName, right: PermissionSetName) -> Bool { left.name < right.name }
}

/// The alphabet that IAM's role names and STS's session names share: `[\w+=,.@-]`.
enum IAMName {
    static func allows(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_+=,.@-".contains(character))
    }
}

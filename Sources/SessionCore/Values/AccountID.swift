/// An AWS account number: exactly twelve ASCII digits, leading zeros kept.
///
/// Source: AWS Account Management Reference, "View AWS account identifiers".
public struct AccountID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What is wrong with a text that is no account number.
    public enum Rejection: Error, Sendable, Hashable {
        /// The text has this many bytes instead of twelve.
        case length(Int)
        /// A character is not a digit.
        case notDigits
    }

    /// The twelve digits as text; never an integer, which would drop leading zeros.
    public let digits: String

    /// Checks and keeps an account number.
    ///
    /// - Parameter text: The number as it came, with no spaces or dashes.
    /// - Throws: ``Rejection`` naming what is wrong with `text`.
    public init(_ text: some StringProtocol) throws(Rejection) {
        guard text.utf8.count == 12 else { throw .length(text.utf8.count) }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { throw .notDigits }
        digits = String(text)
    }

    /// The digits.
    public var description: String { digits }

    /// Orders by digits.
    public static func < (left: AccountID, right: AccountID) -> Bool { left.digits < right.digits }
}

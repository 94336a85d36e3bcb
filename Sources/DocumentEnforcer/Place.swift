public import SessionCore

/// One account in one Region: what a set of session documents stands in.
public struct Place: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The account.
    public let account: AccountID
    /// The Region.
    public let region: Region

    /// Names a place.
    public init(_ account: AccountID, _ region: Region) {
        self.account = account
        self.region = region
    }

    /// For example `111122223333 eu-west-1`.
    public var description: String { "\(account) \(region)" }

    /// Orders by account, then by Region.
    public static func < (left: Place, right: Place) -> Bool {
        (left.account.digits, left.region) < (right.account.digits, right.region)
    }
}

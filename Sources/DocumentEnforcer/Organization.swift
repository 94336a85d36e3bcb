public import SessionCore

/// An account of the organisation.
public struct MemberAccount: Sendable, Hashable {
    /// The account.
    public let id: AccountID
    /// The ids of the organisational units it is in, the nearest first, the root last.
    public let organizationalUnits: [String]
    /// Whether it is open; suspended and closing accounts are not.
    public let isActive: Bool
    /// Whether it is the management account.
    public let isManagement: Bool

    /// Keeps an account.
    public init(id: AccountID, organizationalUnits: [String], isActive: Bool, isManagement: Bool) {
        self.id = id
        self.organizationalUnits = organizationalUnits
        self.isActive = isActive
        self.isManagement = isManagement
    }
}

/// Who belongs to the organisation.
///
/// Every call throws `AWSFailure`.
public protocol Organization: Sendable {
    /// All accounts, those in nested organisational units too.
    func accounts(until deadline: Timestamp) async throws -> [MemberAccount]
    /// One account; nil when the organisation has none of that number.
    func account(_ id: AccountID, until deadline: Timestamp) async throws -> MemberAccount?
}

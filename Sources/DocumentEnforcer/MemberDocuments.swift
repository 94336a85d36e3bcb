public import SessionCore

/// The documents of one account in one Region.
///
/// Every call throws `AWSFailure` as Systems Manager's answer was; none repeats by itself what a look would have to precede.
public protocol MemberDocuments: Sendable {
    /// The names of the account's own documents that begin in one of some ways.
    func names(beginningWith prefixes: [String]) async throws -> [String]
    /// A document with its versions and whom it is shared with; nil when there is none.
    func read(_ name: String) async throws -> FoundDocument?
    /// The numbers of a document's versions.
    func versions(of name: String) async throws -> [Int]
    /// Makes a session document.
    func create(_ name: String, content: String) async throws
    /// Makes a new version, if the latest one is still the one that was looked at.
    ///
    /// - Returns: Its number.
    func write(_ name: String, over version: Int, content: String) async throws -> Int
    /// Makes a version the default one.
    func promote(_ version: Int, of name: String) async throws
    /// Deletes one version, or the whole document when `version` is nil.
    func delete(_ name: String, version: Int?) async throws
    /// Stops sharing with these accounts, any number.
    func unshare(_ name: String, with accounts: [String]) async throws
}

/// The way into the member accounts.
public protocol MemberAccess: Sendable {
    /// Opens the documents of a place, as a role there that may touch nothing else.
    ///
    /// - Parameters:
    ///   - place: Where.
    ///   - deadline: After which no call goes out.
    /// - Returns: The documents, for the hour that the role's session lasts.
    /// - Throws: `AWSFailure`, of kind `accessDenied` when the role is not there, does not trust us, or is too new.
    func documents(in place: Place, until deadline: Timestamp) async throws -> any MemberDocuments
}

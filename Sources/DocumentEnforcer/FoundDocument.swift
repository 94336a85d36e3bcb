/// A document as it stands in a place.
public struct FoundDocument: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The content of its latest version, as text.
    public var content: String
    /// The number of its latest version.
    public var latest: Int
    /// The number of its default version.
    public var `default`: Int
    /// Where the latest version is in its life.
    public var status: Status
    /// `Session`, `Command` and so on.
    public var type: String
    /// The accounts that it is shared with; `all` stands for everybody.
    public var sharedWith: [String]

    /// Where a version is in its life.
    public enum Status: String, Sendable, Hashable {
        /// Being made; becomes active or fails.
        case creating = "Creating"
        /// In use.
        case active = "Active"
        /// Being changed; becomes active or fails.
        case updating = "Updating"
        /// Being deleted.
        case deleting = "Deleting"
        /// Systems Manager could not take it.
        case failed = "Failed"
    }

    /// Keeps what was found.
    public init(
        name: String,
        content: String,
        latest: Int,
        default: Int,
        status: Status = .active,
        type: String = "Session",
        sharedWith: [String] = []
    ) {
        self.name = name
        self.content = content
        self.latest = latest
        self.default = `default`
        self.status = status
        self.type = type
        self.sharedWith = sharedWith
    }
}

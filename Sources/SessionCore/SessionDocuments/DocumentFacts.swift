/// What Systems Manager says of a document.
public struct DocumentFacts: Sendable, Hashable {
    /// The content of the latest version, as text.
    public let content: String
    /// The version whose content this is.
    public let contentVersion: String
    /// The latest version.
    public let latestVersion: String
    /// The default version.
    public let defaultVersion: String

    /// Keeps what Systems Manager says.
    public init(content: String, contentVersion: String, latestVersion: String, defaultVersion: String) {
        self.content = content
        self.contentVersion = contentVersion
        self.latestVersion = latestVersion
        self.defaultVersion = defaultVersion
    }
}

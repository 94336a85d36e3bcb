internal import Digests
public import SessionCore

/// What one document must be.
public enum WantedDocument: Sendable, Hashable {
    /// Exactly this: a document of the role map, which is ours alone.
    case whole(SessionDocument)
    /// The account's Session Manager preferences with Run As set to this user, and everything else as it is.
    case runAs(LinuxUser)
    /// Not there: one of ours that the map no longer has.
    case gone(name: String)

    /// The name of the document that holds an account's Session Manager preferences in a Region.
    public static let preferences = RunAsPreference.document
    /// What the names of our own documents begin with.
    public static let prefix = "SSMBroker-"

    /// The document's name.
    public var name: String {
        switch self {
        case .whole(let document): document.name
        case .runAs: Self.preferences
        case .gone(let name): name
        }
    }

    /// The SHA-256 of what the map says of the document, in hexadecimal; nil when it says that there is none.
    var hash: String? {
        switch self {
        case .whole(let document): document.hash
        case .runAs(let user):
            Hexadecimal.text(SHA256.hash(Preferences.keys(runAs: user).canonicalBytes))
        case .gone: nil
        }
    }

    /// The content to make the document with; nil when it is not to be.
    var firstContent: JSON? {
        switch self {
        case .whole(let document): document.content
        case .runAs(let user): Preferences.new(runAs: user)
        case .gone: nil
        }
    }

    /// Whether a document with this text is as wanted.
    func isMet(by text: String) -> Bool {
        switch self {
        case .whole(let document): document.isContent(of: text)
        case .runAs(let user):
            // Text that is no JSON meets nothing. Bytes are compared, as Swift holds texts for equal that differ in theirs.
            (try? JSON(parsing: text.utf8)).map {
                Preferences.merge(runAs: user, into: $0)?.canonicalBytes == $0.canonicalBytes
            } ?? false
        case .gone: false
        }
    }

    /// What to write over a document with this text; nil when nothing right can be made of it.
    func content(over text: String) -> JSON? {
        switch self {
        case .whole(let document): document.content
        case .runAs(let user): (try? JSON(parsing: text.utf8)).flatMap { Preferences.merge(runAs: user, into: $0) }
        case .gone: nil
        }
    }
}

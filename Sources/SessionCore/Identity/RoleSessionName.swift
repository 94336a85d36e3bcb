internal import Digests

/// The name of the broker's role session in the member account, made for one request.
///
/// Shape: `<user>.<16 hexadecimal digits>`, for example `alice@example.com.9f86d081884c7d65`; at most 64 characters.
/// Systems Manager begins the session id with it, and CloudTrail and the node's logs show it, so it names the engineer; the
/// random part makes one intent match exactly one session, also when StartSession's answer was lost.
public struct RoleSessionName: Sendable, Hashable, CustomStringConvertible {
    /// The longest name that STS takes.
    public static let maximumLength = 64

    /// The name as text.
    public let text: String

    /// Makes a name.
    ///
    /// A user name that leaves no room is cut, and a hash of the whole added, so that two long names that begin alike stay apart.
    ///
    /// - Parameters:
    ///   - user: The caller's ``CallerIdentity/user``, of `[\w+=,.@-]`.
    ///   - nonce: At least eight random bytes; the first eight are used.
    public init(user: String, nonce: [UInt8]) {
        precondition(nonce.count >= 8, "a role session name needs 8 random bytes")
        let random = Hexadecimal.text(nonce.prefix(8))
        text = "\(Self.shorten(user, to: Self.maximumLength - random.utf8.count - 1)).\(random)"
    }

    /// The source identity of a user's role sessions: the user name, cut and marked with a hash when it is too long for STS.
    public static func sourceIdentity(of user: String) -> String { shorten(user, to: maximumLength) }

    private static func shorten(_ user: String, to room: Int) -> String {
        guard user.utf8.count > room else { return user }
        let hash = Hexadecimal.text(SHA256.hash(user.utf8).prefix(4))
        return "\(user.prefix(room - hash.utf8.count - 1))-\(hash)"
    }

    /// Takes back a name from a record.
    public init(recorded text: String) {
        self.text = text
    }

    /// The name.
    public var description: String { text }
}

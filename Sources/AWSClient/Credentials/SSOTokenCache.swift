internal import Digests
internal import SessionCore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The sign-ins that the AWS CLI keeps: `~/.aws/sso/cache/<SHA-1 of the session's name or start URL>.json`.
///
/// Source: botocore, `utils.SSOTokenLoader` and `utils.JSONFileCache`.
struct SSOTokenCache: Sendable {
    /// Why there is no token.
    enum Rejection: Error, Sendable, Hashable {
        /// There is no file.
        case missing
        /// The file does not hold what the AWS CLI writes.
        case malformed
        /// The file cannot be replaced; the system's error number.
        case notWritten(Int32)
    }

    private let folder: String

    /// Looks in the home folder of the environment.
    init(environment: [String: String]) {
        folder = SharedFiles.path("~/.aws/sso/cache", environment)
    }

    /// Where the token of a session's name, or of a start URL, is kept.
    func path(of key: String) -> String { "\(folder)/\(Hexadecimal.text(SHA1.hash(key.utf8))).json" }

    /// Reads a token.
    func read(_ path: String) throws(Rejection) -> SSOToken {
        guard let content = FileManager.default.contents(atPath: path) else { throw .missing }
        guard let json = try? JSON(parsing: content), let token = SSOToken(json: json) else { throw .malformed }
        return token
    }

    /// Replaces a token as a whole: a reader sees the old one or the new one, and nobody but the owner sees either.
    func write(_ token: SSOToken, to path: String) throws(Rejection) {
        let draft = "\(path).\(getpid()).tmp"
        let bytes = token.json.canonicalBytes
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .notWritten(errno) }
        let written = bytes.withUnsafeBytes { systemWrite(file, $0) }
        let isWhole = written == bytes.count && fsync(file) == 0
        let reason = errno
        close(file)
        guard isWhole, rename(draft, path) == 0 else {
            let number = isWhole ? errno : reason
            unlink(draft)
            throw .notWritten(number)
        }
    }
}

/// The system's own, which a method of the same name hides above.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(file, bytes.baseAddress, bytes.count)
}

/// One sign-in.
struct SSOToken: Sendable {
    /// What the portal takes.
    let accessToken: Secret<String>
    /// When it ends.
    let expiresAt: Timestamp
    /// All that the file holds, some of which is other tools' business.
    private let members: [String: JSON]

    /// Reads what the AWS CLI wrote; nil when it is something else.
    init?(json: JSON) {
        guard let members = json.members, let token = members["accessToken"]?.text,
            let ends = members["expiresAt"]?.text.flatMap(Self.moment)
        else { return nil }
        accessToken = Secret(token)
        expiresAt = ends
        self.members = members
    }

    /// The file's content.
    var json: JSON { .object(members) }

    /// What renews it; nil when the file lacks a part, or the registration has ended.
    func refresh(at now: Timestamp) -> SSOOIDC.Refresh? {
        guard let id = members["clientId"]?.text, let secret = members["clientSecret"]?.text,
            let token = members["refreshToken"]?.text,
            let ends = members["registrationExpiresAt"]?.text.flatMap(Self.moment), ends > now
        else { return nil }
        return SSOOIDC.Refresh(clientID: id, clientSecret: Secret(secret), refreshToken: Secret(token))
    }

    /// The same sign-in with a fresh token.
    func renewed(_ token: SSOOIDC.Token, until ends: Timestamp) -> SSOToken {
        var members = members
        members["accessToken"] = .string(token.accessToken.reveal())
        // In whole seconds, as the AWS CLI writes it.
        members["expiresAt"] = .string("\(ends.description.prefix(19))Z")
        members["refreshToken"] = token.refreshToken.map { .string($0.reveal()) }
        return SSOToken(accessToken: token.accessToken, expiresAt: ends, members: members)
    }

    private init(accessToken: Secret<String>, expiresAt: Timestamp, members: [String: JSON]) {
        self.accessToken = accessToken
        self.expiresAt = expiresAt
        self.members = members
    }

    /// RFC 3339, or with `UTC` where that has `Z`, as the first versions of the AWS CLI wrote it.
    private static func moment(_ text: String) -> Timestamp? {
        Timestamp(text.hasSuffix("UTC") ? text.dropLast(3) + "Z" : text)
    }
}

internal import Digests

/// The session document of one entry of the map and one kind, as it must stand in one account and Region.
///
/// It is what fixes the Linux user. Broker and enforcer render it with the same function.
/// Source: Systems Manager User Guide, "Session document schema".
public struct SessionDocument: Sendable, Hashable {
    /// Where a document stands, or that it is a template for all places.
    public enum Place: Sendable, Hashable {
        /// One account and Region.
        case account(AccountID, Region)
        /// Any: `${account}` and `${region}` stay in the text, and logging is that of accounts that are not named.
        case template

        var account: AccountID? {
            guard case .account(let account, _) = self else { return nil }
            return account
        }

        func fill(_ text: String) -> String {
            guard case .account(let account, let region) = self else { return text }
            return text.split(separator: "${account}", omittingEmptySubsequences: false).joined(
                separator: account.digits
            )
            .split(separator: "${region}", omittingEmptySubsequences: false).joined(separator: region.name)
        }
    }

    /// The largest document that Systems Manager takes, in bytes.
    ///
    /// Source: Systems Manager API Reference, `MaxDocumentSizeExceeded`.
    public static let maximumBytes = 65_536

    /// The kind of session.
    public let kind: SessionKind
    /// Its name, for example `SSMBroker-Shell-DatabaseAdmin`.
    public let name: String
    /// Its content.
    public let content: JSON
    /// The key that encrypts the session's data, when there is one.
    public let kmsKey: String?
    /// The SHA-256 of the canonical content, in hexadecimal.
    public let hash: String
    /// The SHA-256 of the content without its parameters, in hexadecimal: of what holds for every session, whatever was asked for.
    ///
    /// Nil for a document without parameters, of which ``hash`` says the same.
    public let terms: String?

    /// Renders a document.
    ///
    /// - Parameters:
    ///   - kind: The kind of session.
    ///   - id: Whose document: the permission set, or the role's id in the map.
    ///   - entry: What the map gives to them.
    ///   - place: Where it will stand.
    public init(_ kind: SessionKind, of id: PermissionSetName, entry: RoleMap.Entry, in place: Place) {
        self.kind = kind
        name = Self.name(kind, of: id)
        // The service hands a port's bytes on as they are: it neither logs nor encrypts them.
        kmsKey = kind.runsCommands ? entry.logging.logging(in: place.account).kmsKey.map(place.fill) : nil
        let content = SessionDocumentContent(kind: kind, id: id, entry: entry, place: place).json
        self.content = content
        hash = Hexadecimal.text(SHA256.hash(content.canonicalBytes))
        if var members = content.members, members.removeValue(forKey: "parameters") != nil {
            terms = Hexadecimal.text(SHA256.hash(JSON.object(members).canonicalBytes))
        } else {
            terms = nil
        }
    }

    /// Every document that the map brings into one account and Region, in the order of names.
    ///
    /// - Parameters:
    ///   - map: The role map.
    ///   - place: The account and Region.
    /// - Returns: Those of the entries that the map admits there; none where the rollout does not go.
    public static func all(of map: RoleMap, in place: (account: AccountID, region: Region)) -> [SessionDocument] {
        map.entries.filter { map.admits($0.value, in: place.account, place.region) }.flatMap { id, entry in
            entry.kinds.map { SessionDocument($0, of: id, entry: entry, in: .account(place.account, place.region)) }
        }.sorted { $0.name < $1.name }
    }

    /// Every document of a map with `${account}` and `${region}` left in, in the order of names.
    public static func templates(of map: RoleMap) -> [SessionDocument] {
        map.entries.flatMap { id, entry in
            entry.kinds.map { SessionDocument($0, of: id, entry: entry, in: .template) }
        }.sorted { $0.name < $1.name }
    }

    /// The name of a document: `SSMBroker-<Kind>-<PermissionSet>`.
    ///
    /// Document names have no `+ = , @`; a permission set with one of them gets `_` in its place and eight digits of a hash behind.
    ///
    /// - Parameters:
    ///   - kind: The kind of session.
    ///   - permissionSet: Whose document.
    /// - Returns: At most 128 characters of `[A-Za-z0-9_.-]`.
    public static func name(_ kind: SessionKind, of permissionSet: PermissionSetName) -> String {
        let plain = String(permissionSet.name.map { "+=,@".contains($0) ? "_" : $0 })
        guard plain != permissionSet.name else { return "\(prefix)\(kind.documentWord)-\(plain)" }
        let hash = Hexadecimal.text(SHA256.hash(permissionSet.name.utf8).prefix(4))
        return "\(prefix)\(kind.documentWord)-\(plain)_\(hash)"
    }

    /// What every document name of ours begins with.
    public static let prefix = "SSMBroker-"
}

extension SessionDocument {
    /// What the agent writes before what a command says to its standard output.
    ///
    /// Shape: `^[0-9a-zA-Z\r\n_:-]{0,30}$`; once at the beginning, and after the end of a line.
    /// Source: amazon-ssm-agent, `agent/session/shell/shell.go` (`separateOutputStreamPrefixRegex`, `setupRoutineToWriteCmdPipelineOutput`).
    public static let outputMark = "stdout::"
    /// What the agent writes before what a command says to its standard error.
    public static let errorsMark = "stderr::"
}

extension SessionKind {
    /// Whether sessions run something as the Linux user, and so have a transcript and a key.
    public var runsCommands: Bool {
        switch self {
        case .shell, .command: true
        case .port, .ssh: false
        }
    }
}

internal import Digests

/// The session document of one permission set and kind, as it must stand in one account and Region.
///
/// It is what fixes the Linux user. Broker and enforcer render it with the same function.
/// Source: Systems Manager User Guide, "Session document schema".
public struct SessionDocument: Sendable, Hashable {
    /// Where a document stands, or that it is a template for all places.
    public enum Place: Sendable, Hashable {
        /// One account and Region.
        case account(AccountID, Region)
        /// Any: `${account}` and `${region}` stay in the text.
        case template

        fileprivate func fill(_ text: String) -> String {
            guard case .account(let account, let region) = self else { return text }
            return text.split(separator: "${account}", omittingEmptySubsequences: false).joined(
                separator: account.digits
            )
            .split(separator: "${region}", omittingEmptySubsequences: false).joined(separator: region.name)
        }
    }

    /// Its name, for example `SSMBroker-Shell-DatabaseAdmin`.
    public let name: String
    /// Its content.
    public let content: JSON
    /// The key that encrypts the session's data, when there is one.
    public let kmsKey: String?
    /// The SHA-256 of the canonical content, in hexadecimal.
    public let hash: String

    /// Renders a document.
    ///
    /// - Parameters:
    ///   - kind: The kind of session.
    ///   - permissionSet: Whose document.
    ///   - entry: What the map gives to the permission set.
    ///   - place: Where it will stand.
    public init(_ kind: SessionKind, of permissionSet: PermissionSetName, entry: RoleMap.Entry, in place: Place) {
        name = Self.name(kind, of: permissionSet)
        let logging = entry.logging
        kmsKey = logging.kmsKey.map(place.fill)
        content = [
            "description": .string(
                "ssm-broker: \(kind.rawValue) as \(entry.linuxUser) for permission set \(permissionSet)"
            ),
            "inputs": .compact([
                // Both encryption switches are documented as required; they say nothing while the names beside them are empty.
                "cloudWatchEncryptionEnabled": true,
                "cloudWatchLogGroupName": .string(place.fill(logging.cloudWatchLogGroup ?? "")),
                "cloudWatchStreamingEnabled": .bool(logging.cloudWatchLogGroup != nil),
                "idleSessionTimeout": .string(String(entry.limits.idleMinutes)),
                "kmsKeyId": .string(kmsKey ?? ""),
                "maxSessionDuration": entry.limits.maximumMinutes.map { .string(String($0)) },
                "runAsDefaultUser": .string(entry.linuxUser.name),
                "runAsEnabled": true,
                "s3BucketName": .string(place.fill(logging.s3Bucket ?? "")),
                "s3EncryptionEnabled": true,
                "s3KeyPrefix": .string(place.fill(logging.s3KeyPrefix ?? "")),
            ]),
            "schemaVersion": "1.0",
            "sessionType": "Standard_Stream",
        ]
        hash = Hexadecimal.text(SHA256.hash(content.canonicalBytes))
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
        guard plain != permissionSet.name else { return "SSMBroker-\(kind.documentWord)-\(plain)" }
        let hash = Hexadecimal.text(SHA256.hash(permissionSet.name.utf8).prefix(4))
        return "SSMBroker-\(kind.documentWord)-\(plain)_\(hash)"
    }
}

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

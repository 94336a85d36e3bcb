/// What IAM says of a role.
///
/// Source: IAM API Reference, `GetRole`.
public struct RoleFacts: Sendable, Hashable {
    /// The role's name.
    public let name: String
    /// The role's path, with a slash at both ends.
    public let path: String
    /// The role's unique id, `AROA…`.
    public let roleID: String

    /// Keeps what IAM says.
    public init(name: String, path: String, roleID: String) {
        self.name = name
        self.path = path
        self.roleID = roleID
    }
}

/// The proof that a role is the one it is taken for: made by Identity Center, or the very role that the map names.
///
/// An STS ARN has no path, so a hand-made `AWSReservedSSO_DatabaseAdmin_…` looks right in it. IAM keeps the path
/// `/aws-reserved/sso.amazonaws.com/` to Identity Center, with the Region of the instance after it unless that is us-east-1. A role
/// outside Identity Center is admitted by its full ARN, so its path must be that ARN's.
/// Source: IAM Identity Center User Guide, "Referencing permission sets in resource policies".
public enum RoleProof {
    /// Why a role is not proven.
    public enum Rejection: Error, Sendable, Hashable {
        /// Neither the map nor the deployment names the role.
        case notAdmitted
        /// IAM does not show the role to us: it has no path that we may look at, or no longer exists.
        case notVisible
        /// The role has another path.
        case path(String)
        /// The role of that name is another one than the caller's.
        case roleID
        /// IAM answered about another role.
        case name
    }

    /// The path under which Identity Center makes its roles.
    public static let reservedPath = "/aws-reserved/sso.amazonaws.com/"

    /// Checks a caller against what IAM says of their role.
    ///
    /// - Parameters:
    ///   - caller: Who asks.
    ///   - facts: What IAM says; nil when it says nothing.
    /// - Throws: ``Rejection`` when the role is not proven.
    public static func check(_ caller: CallerIdentity, against facts: RoleFacts?) throws(Rejection) {
        guard let facts else { throw .notVisible }
        guard facts.name == caller.arn.roleName else { throw .name }
        let isExpected =
            switch caller.role {
            case .permissionSet: isReserved(facts.path)
            case .outside(let admitted?): facts.path == admitted.path
            case .outside(nil): throw .notAdmitted
            }
        guard isExpected else { throw .path(String(facts.path.prefix(128))) }
        guard facts.roleID == caller.roleID else { throw .roleID }
    }

    /// Whether a path is `/aws-reserved/sso.amazonaws.com/`, with at most one element after it.
    public static func isReserved(_ path: String) -> Bool {
        guard path.hasPrefix(reservedPath) else { return false }
        let rest = path.dropFirst(reservedPath.count)
        guard !rest.isEmpty else { return true }
        return rest.last == "/" && rest.utf8.count > 1
            && rest.dropLast().utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}

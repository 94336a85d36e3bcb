/// Who is behind a request, read from what the front door's IAM authoriser vouches for.
///
/// A session of a permission set is a person. A session of any other role is not: whoever may assume the role chooses the session's
/// name, so it is recorded as `role=<role name>=<session name>`.
///
/// Shape of a person's ARN: `arn:<partition>:sts::<account>:assumed-role/AWSReservedSSO_<permission set>_<16 hex>/<user>`; of the caller id:
/// `AROA…:<user>`. The name proves nothing yet: see ``RoleProof``.
/// Source: IAM User Guide, "IAM identifiers"; IAM Identity Center User Guide, "Referencing permission sets in resource policies".
public struct CallerIdentity: Sendable, Hashable {
    /// Why a caller is nobody whom the broker could serve.
    public enum Rejection: Error, Sendable, Hashable {
        /// The ARN is not that of a role session.
        case arn(AssumedRoleARN.Rejection)
        /// The role's name begins with `AWSReservedSSO_`, and does not end in `_` and 16 hexadecimal digits.
        case notReserved(String)
        /// What stands between is no permission set's name.
        case permissionSet(PermissionSetName.Rejection)
        /// The caller id is not `AROA…:<session name>` with the ARN's session name.
        case callerID
        /// The account beside the ARN is another one.
        case accountMismatch
    }

    /// What kind of role the session is of.
    public enum Role: Sendable, Hashable {
        /// One of Identity Center's: the permission set, and the 16 hexadecimal digits at the end of the role's name.
        case permissionSet(PermissionSetName, suffix: String)
        /// Another; with its full ARN when the map or the deployment names it.
        case outside(RoleARN?)
    }

    /// What every role name of Identity Center begins with.
    public static let prefix = "AWSReservedSSO_"

    /// The session's ARN.
    public let arn: AssumedRoleARN
    /// What kind of role the session is of.
    public private(set) var role: Role
    /// The role's unique id, `AROA…`; a role made anew under the same name has another.
    public let roleID: String

    /// The caller's account, and so the only one whose nodes they can reach.
    public var account: AccountID { arn.account }
    /// The permission set that the role's name carries; nil for a role outside Identity Center.
    public var permissionSet: PermissionSetName? {
        guard case .permissionSet(let set, _) = role else { return nil }
        return set
    }
    /// Whether the session's name is that of a person in Identity Center.
    public var isPerson: Bool { permissionSet != nil }
    /// The user name in Identity Center; `role=<role name>=<session name>` for a role outside, whose session name proves nothing.
    public var user: String { isPerson ? arn.sessionName : "role=\(arn.roleName)=\(arn.sessionName)" }
    /// What the caller holds, within a sentence: `permission set DatabaseAdmin`, `role Deploy`.
    public var title: String { permissionSet.map { "permission set \($0)" } ?? "role \(arn.roleName)" }
    /// ``title`` at the beginning of a sentence.
    public var sentenceTitle: String { title.prefix(1).uppercased() + title.dropFirst() }
    /// Whom a session of this caller belongs to.
    public var owner: SessionOwner { SessionOwner(account: account.digits, roleID: roleID, user: user) }

    /// Reads a caller.
    ///
    /// - Parameters:
    ///   - arn: The caller's ARN.
    ///   - callerID: The caller's unique id.
    ///   - account: The caller's account as the front door states it beside the ARN.
    /// - Throws: ``Rejection`` naming the first thing that is wrong.
    public init(arn: String, callerID: String, account: String) throws(Rejection) {
        do throws(AssumedRoleARN.Rejection) {
            self.arn = try AssumedRoleARN(arn)
        } catch {
            throw .arn(error)
        }
        guard self.arn.account.digits == account else { throw .accountMismatch }
        if self.arn.roleName.hasPrefix(Self.prefix) {
            let (set, suffix) = try Self.split(roleName: self.arn.roleName)
            role = .permissionSet(set, suffix: suffix)
        } else {
            role = .outside(nil)
        }
        let id = callerID.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard id.count == 2, id[0].hasPrefix("AROA"), (16...128).contains(id[0].utf8.count),
            id[0].utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }),
            id[1] == self.arn.sessionName
        else { throw .callerID }
        roleID = String(id[0])
    }

    /// The same caller, with the full ARN of the role that they have to prove; nil when the ARN is another role's.
    func admitted(as role: RoleARN) -> CallerIdentity? {
        guard !isPerson, role.account == account, role.name == arn.roleName, role.partition == arn.partition else {
            return nil
        }
        var copy = self
        copy.role = .outside(role)
        return copy
    }

    /// Splits from the right, because a permission set's name may itself contain `_` and even end in 16 digits.
    private static func split(roleName: String) throws(Rejection) -> (PermissionSetName, String) {
        let suffix = roleName.suffix(16)
        let rest = roleName.dropLast(16)
        guard roleName.hasPrefix(prefix), rest.count > prefix.count, rest.last == "_",
            suffix.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { throw .notReserved(roleName) }
        do throws(PermissionSetName.Rejection) {
            return (try PermissionSetName(rest.dropFirst(prefix.count).dropLast()), String(suffix))
        } catch {
            throw .permissionSet(error)
        }
    }
}

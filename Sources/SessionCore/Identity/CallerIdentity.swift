/// The person behind a request, read from what the front door's IAM authoriser vouches for.
///
/// Shape of the ARN: `arn:<partition>:sts::<account>:assumed-role/AWSReservedSSO_<permission set>_<16 hex>/<user>`; of the caller id:
/// `AROA…:<user>`. The name proves nothing yet: see ``RoleProof``.
/// Source: IAM User Guide, "IAM identifiers"; IAM Identity Center User Guide, "Referencing permission sets in resource policies".
public struct CallerIdentity: Sendable, Hashable {
    /// Why a caller is not a person signed in through Identity Center.
    public enum Rejection: Error, Sendable, Hashable {
        /// The ARN is not that of a role session.
        case arn(AssumedRoleARN.Rejection)
        /// The role's name does not begin with `AWSReservedSSO_`, or does not end in `_` and 16 hexadecimal digits.
        case notReserved(String)
        /// What stands between is no permission set's name.
        case permissionSet(PermissionSetName.Rejection)
        /// The caller id is not `AROA…:<session name>` with the ARN's session name.
        case callerID
        /// The account beside the ARN is another one.
        case accountMismatch
    }

    /// What every role name of Identity Center begins with.
    public static let prefix = "AWSReservedSSO_"

    /// The session's ARN.
    public let arn: AssumedRoleARN
    /// The permission set that the role's name carries.
    public let permissionSet: PermissionSetName
    /// The 16 hexadecimal digits at the end of the role's name.
    public let suffix: String
    /// The role's unique id, `AROA…`; a role made anew under the same name has another.
    public let roleID: String

    /// The caller's account, and so the only one whose nodes they can reach.
    public var account: AccountID { arn.account }
    /// The user name in Identity Center.
    public var user: String { arn.sessionName }
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
        (permissionSet, suffix) = try Self.split(roleName: self.arn.roleName)
        let id = callerID.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard id.count == 2, id[0].hasPrefix("AROA"), (16...128).contains(id[0].utf8.count),
            id[0].utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }),
            id[1] == self.arn.sessionName
        else { throw .callerID }
        roleID = String(id[0])
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

/// The ARN that STS gives to a role session.
///
/// Shape: `arn:<partition>:sts::<account>:assumed-role/<role name>/<session name>`. It never holds the role's path.
/// Source: IAM User Guide, "IAM identifiers"; STS API Reference, `AssumedRoleUser` and `RoleSessionName`.
public struct AssumedRoleARN: Sendable, Hashable {
    /// What is wrong with a text that is no such ARN.
    public enum Rejection: Error, Sendable, Hashable {
        /// It does not begin `arn:<partition>:sts::`, or has more or fewer parts.
        case notAnSTSARN
        /// The partition is none that we know.
        case partition(String)
        /// The account number is wrong.
        case account(AccountID.Rejection)
        /// The resource is not `assumed-role/<role name>/<session name>`.
        case notAnAssumedRole
        /// The role name is empty, longer than 64 characters, or holds a character that no name has.
        case roleName
        /// The session name is not 2 to 64 characters of the alphabet.
        case sessionName
    }

    /// The partition.
    public let partition: Partition
    /// The account that has the role.
    public let account: AccountID
    /// The role's name, without its path.
    public let roleName: String
    /// The name of the session; with Identity Center, the user name.
    public let sessionName: String

    /// Takes an ARN apart.
    ///
    /// - Parameter text: The ARN as the front door gives it.
    /// - Throws: ``Rejection`` naming the first part that is wrong.
    public init(_ text: String) throws(Rejection) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "sts", parts[3].isEmpty else { throw .notAnSTSARN }
        guard let partition = Partition(rawValue: String(parts[1])) else {
            throw .partition(String(parts[1].prefix(32)))
        }
        let account: AccountID
        do throws(AccountID.Rejection) {
            account = try AccountID(parts[4])
        } catch {
            throw .account(error)
        }
        let resource = parts[5].split(separator: "/", omittingEmptySubsequences: false)
        guard resource.count == 3, resource[0] == "assumed-role" else { throw .notAnAssumedRole }
        guard (1...64).contains(resource[1].utf8.count), resource[1].allSatisfy(IAMName.allows) else { throw .roleName }
        guard (2...64).contains(resource[2].utf8.count), resource[2].allSatisfy(IAMName.allows) else {
            throw .sessionName
        }
        self.partition = partition
        self.account = account
        roleName = String(resource[1])
        sessionName = String(resource[2])
    }

    /// Makes an ARN from parts that are known to be right.
    public init(partition: Partition, account: AccountID, roleName: String, sessionName: String) {
        self.partition = partition
        self.account = account
        self.roleName = roleName
        self.sessionName = sessionName
    }

    /// The ARN as text.
    public var text: String {
        "arn:\(partition.rawValue):sts::\(account):assumed-role/\(roleName)/\(sessionName)"
    }
}

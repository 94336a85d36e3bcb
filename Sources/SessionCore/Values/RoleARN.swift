/// The ARN of an IAM role, with its path.
///
/// Shape: `arn:<partition>:iam::<account>:role/<path/><name>`, for example `arn:aws:iam::111122223333:role/ci/Deploy`. Patterns are
/// not taken: a role is one role.
/// Source: IAM User Guide, "IAM identifiers"; IAM API Reference, `CreateRole`.
public struct RoleARN: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What is wrong with a text that is no role's ARN.
    public enum Rejection: Error, Sendable, Hashable {
        /// It does not begin `arn:<partition>:iam::<account>:role/`.
        case form
        /// The path holds another character than letters, digits and `_+=,.@-`, an empty element, or is longer than 512 characters.
        case path
        /// The name is empty, longer than 64 characters, or holds a character that no name has.
        case name
    }

    /// The partition.
    public let partition: Partition
    /// The account that has the role.
    public let account: AccountID
    /// The path, with a slash at both ends; `/` for none.
    public let path: String
    /// The name.
    public let name: String

    /// Takes an ARN apart.
    ///
    /// - Parameter text: The ARN as it came.
    /// - Throws: ``Rejection`` naming the first part that is wrong.
    public init(_ text: some StringProtocol) throws(Rejection) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "iam", parts[3].isEmpty,
            let partition = Partition(rawValue: String(parts[1])), let account = try? AccountID(parts[4])
        else { throw .form }
        let elements = parts[5].split(separator: "/", omittingEmptySubsequences: false)
        guard elements.count >= 2, elements[0] == "role", let name = elements.last else { throw .form }
        guard (1...64).contains(name.utf8.count), name.allSatisfy(IAMName.allows) else { throw .name }
        let path = "/" + elements.dropFirst().dropLast().map { "\($0)/" }.joined()
        guard path.utf8.count <= 512,
            elements.dropFirst().dropLast().allSatisfy({ !$0.isEmpty && $0.allSatisfy(IAMName.allows) })
        else { throw .path }
        self.partition = partition
        self.account = account
        self.path = path
        self.name = String(name)
    }

    /// The ARN as text.
    public var text: String { "arn:\(partition.rawValue):iam::\(account):role\(path)\(name)" }

    /// The ARN as text.
    public var description: String { text }

    /// Orders by text.
    public static func < (left: RoleARN, right: RoleARN) -> Bool { left.text < right.text }
}

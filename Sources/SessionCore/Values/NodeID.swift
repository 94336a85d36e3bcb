/// A managed node that Session Manager can reach: an EC2 instance or a hybrid-activated machine.
///
/// Shape: `i-` and 8 or 17 lower-case hexadecimal digits, or `mi-` and 17.
/// Other targets of StartSession (ECS tasks, SageMaker) are not nodes in this sense and are refused, because Run As does not hold there.
/// Source: Systems Manager API Reference, `InstanceId` and `ManagedInstanceId`.
public struct NodeID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What is wrong with a text that is no node id.
    public enum Rejection: Error, Sendable, Hashable {
        /// The text, cut to 64 characters, has another form.
        case form(String)
    }

    /// The id as text.
    public let text: String

    /// Checks and keeps a node id.
    ///
    /// - Parameter text: For example `i-0123456789abcdef0`.
    /// - Throws: ``Rejection`` when `text` has another form.
    public init(_ text: some StringProtocol) throws(Rejection) {
        let isHexadecimal = { (suffix: Substring) in
            suffix.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
        let whole = String(text)
        if whole.hasPrefix("i-"), [8, 17].contains(whole.utf8.count - 2), isHexadecimal(whole.dropFirst(2)) {
            self.text = whole
        } else if whole.hasPrefix("mi-"), whole.utf8.count == 20, isHexadecimal(whole.dropFirst(3)) {
            self.text = whole
        } else {
            throw .form(String(whole.prefix(64)))
        }
    }

    /// Whether the node was registered by a hybrid activation, so that IAM knows it as `managed-instance/mi-…`.
    public var isHybrid: Bool { text.hasPrefix("mi-") }

    /// The node's ARN, on which IAM decides about StartSession.
    ///
    /// Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Systems Manager".
    public func arn(account: AccountID, region: Region) -> String {
        let kind = isHybrid ? "ssm" : "ec2"
        let resource = isHybrid ? "managed-instance" : "instance"
        return "arn:\(region.partition.rawValue):\(kind):\(region):\(account):\(resource)/\(text)"
    }

    /// The id.
    public var description: String { text }

    /// Orders by text.
    public static func < (left: NodeID, right: NodeID) -> Bool { left.text < right.text }
}

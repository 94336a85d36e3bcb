/// The name of a Linux user that a session may run as.
///
/// The agent on the node passes the name to a root shell unquoted, so this pattern is what keeps a document from running
/// commands as root; it also refuses the users whose power a session must never have.
///
/// Shape: `^[a-z_][a-z0-9_-]{0,31}$`, for example `dbadmin`.
/// Source: useradd(8) `NAME_REGEX`; amazon-ssm-agent, `agent/session/utility` (the unquoted `id`).
public struct LinuxUser: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What is wrong with a text that is no permitted user name.
    public enum Rejection: Error, Sendable, Hashable {
        /// The text, cut to 64 characters, has another form.
        case form(String)
        /// The name belongs to an account with rights of its own.
        case reserved(String)
    }

    /// Names that no map can give: administrators, the agent's own user, and the images' default users, who may use sudo.
    public static let reserved: Set<String> = [
        "root", "toor", "admin", "administrator", "operator", "sudo", "wheel", "ssm-user", "ec2-user", "ubuntu",
        "debian", "centos", "rocky", "almalinux", "fedora", "bitnami", "cloud-user", "core", "opc", "alpine", "arch",
        "kali", "azureuser", "nobody", "daemon", "bin", "sys", "systemd-network", "systemd-resolve", "dbus", "sshd",
        "messagebus",
    ]

    /// The name as text.
    public let name: String

    /// Checks and keeps a user name.
    ///
    /// - Parameter text: The name as it came.
    /// - Throws: ``Rejection`` when `text` has another form or is reserved.
    public init(_ text: some StringProtocol) throws(Rejection) {
        let isFirst = { (byte: UInt8) in (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_") }
        let isRest = { (byte: UInt8) in isFirst(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") }
        guard let first = text.utf8.first, isFirst(first), text.utf8.count <= 32,
            text.utf8.dropFirst().allSatisfy(isRest)
        else { throw .form(String(text.prefix(64))) }
        guard !Self.reserved.contains(String(text)) else { throw .reserved(String(text)) }
        name = String(text)
    }

    /// The name.
    public var description: String { name }

    /// Orders by name.
    public static func < (left: LinuxUser, right: LinuxUser) -> Bool { left.name < right.name }
}

/// The alias by which the function takes events of one kind, and by which it takes no other.
///
/// Who may invoke an alias is decided by a policy of the alias's own, so what one caller may send, another cannot.
/// Source: Lambda API Reference, `CreateAlias`, `Name`; Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
public struct FunctionAlias: Sendable, Hashable, CustomStringConvertible {
    /// The alias's name.
    public let name: String

    /// Reads the configured text; nil when it is no alias's name.
    public init?(_ text: String) {
        let isAllowed = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x2D || byte == 0x5F
        }
        // A name of digits alone would be a version's.
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy(isAllowed),
            !text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        name = text
    }

    /// Whether the invocation came by this alias: `arn:aws:lambda:<Region>:<account>:function:<name>:<alias>`.
    public func isUsed(by invocation: Invocation) -> Bool {
        let parts = (invocation.functionARN ?? "").split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 8 && parts[2] == "lambda" && parts[5] == "function" && parts[7] == name
    }

    /// The name.
    public var description: String { name }
}

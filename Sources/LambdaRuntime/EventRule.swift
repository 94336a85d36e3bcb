/// A rule of EventBridge, on an account's default bus or on one with a name.
///
/// Shape: `arn:<partition>:events:<Region>:<account>:rule/<name>`, and `…:rule/<bus>/<name>` on a bus with a name, for example
/// `arn:aws:events:eu-west-1:999900001111:rule/ssm-broker/ssm-broker-drift`.
/// Source: Service Authorization Reference, "Amazon EventBridge", resource types; EventBridge API Reference, `PutRule`, `Name` and
/// `EventBusName`.
public struct EventRule: Sendable, Hashable, CustomStringConvertible {
    /// The rule's ARN.
    public let arn: String
    /// The rule's Region.
    public let region: String
    /// The rule's account.
    public let account: String
    /// The bus that it listens on; nil for the account's default one.
    public let bus: String?

    /// Reads a text; nil when it is no rule's ARN.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", ["aws", "aws-cn", "aws-us-gov"].contains(parts[1]),
            parts[2] == "events", Self.isName(parts[3][...]),
            parts[4].utf8.count == 12, parts[4].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        // A partner's bus has slashes in its name, so the rule is what stands behind the last one.
        let path = parts[5].split(separator: "/", omittingEmptySubsequences: false)
        guard path.count >= 2, path[0] == "rule", let name = path.last, name.utf8.count <= 64,
            path.dropFirst().allSatisfy(Self.isName)
        else { return nil }
        let bus = path.dropFirst().dropLast().joined(separator: "/")
        guard bus.utf8.count <= 256 else { return nil }
        arn = text
        region = parts[3]
        account = parts[4]
        self.bus = bus.isEmpty ? nil : bus
    }

    /// The ARN.
    public var description: String { arn }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || [0x2D, 0x2E, 0x5F].contains($0)
            }
    }
}

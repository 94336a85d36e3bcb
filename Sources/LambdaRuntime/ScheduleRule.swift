/// The one EventBridge rule whose schedule this deployment follows.
///
/// Shape: `arn:<partition>:events:<Region>:<account>:rule/<name>`, for example
/// `arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-sweep`.
/// Source: Service Authorization Reference, "Amazon EventBridge", resource types; EventBridge API Reference, `PutRule`, `Name`.
public struct ScheduleRule: Sendable, Hashable, CustomStringConvertible {
    /// The rule's ARN.
    public let arn: String
    /// The rule's Region.
    public let region: String
    /// The rule's account.
    public let account: String

    /// Reads the configured text; nil when it is no rule's ARN.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let isNameByte = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard parts.count == 6, parts[0] == "arn", ["aws", "aws-cn", "aws-us-gov"].contains(parts[1]),
            parts[2] == "events", !parts[3].isEmpty, parts[3].utf8.allSatisfy(isNameByte),
            parts[4].utf8.count == 12, parts[4].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            parts[5].hasPrefix("rule/")
        else { return nil }
        let name = parts[5].dropFirst("rule/".count)
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) else { return nil }
        arn = text
        region = parts[3]
        account = parts[4]
    }

    /// The ARN.
    public var description: String { arn }
}

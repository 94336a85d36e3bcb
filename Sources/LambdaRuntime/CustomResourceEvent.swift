/// What CloudFormation asks of a custom resource: that it be there, or that it be gone.
///
/// Anybody who may call the function can write such an event. It names an account, its own stack's; nothing else of it is read,
/// its properties least of all.
/// Source: CloudFormation User Guide, "Custom resource request reference".
public struct CustomResourceEvent: Sendable, Hashable {
    /// The kinds of request.
    public enum Request: String, Sendable, Hashable {
        /// The resource is new.
        case create = "Create"
        /// Its properties have changed.
        case update = "Update"
        /// It goes away, or another took its place.
        case delete = "Delete"
    }

    /// What is asked.
    public let request: Request
    /// The stack's account, as the event says: twelve digits, vouched for by nobody.
    public let account: String
    /// The stack's Region, as the event says.
    public let region: String
    /// The id that an earlier answer gave the resource, or CloudFormation where there was none; nil when it is new.
    public let physicalResourceID: String?

    /// Reads an event of shape ``EventShape/customResource``.
    ///
    /// - Throws: ``EventRefusal/malformed(_:)`` naming the member.
    init(_ bytes: [UInt8]) throws(EventRefusal) {
        let wire = try WireJSON.decode(Wire.self, from: bytes)
        guard let request = Request(rawValue: wire.requestType) else {
            throw .malformed(Wire.Key.requestType.rawValue)
        }
        // arn:aws:cloudformation:eu-west-1:111122223333:stack/name/uuid
        let parts = wire.stackID.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "cloudformation", !parts[3].isEmpty,
            parts[4].utf8.count == 12, parts[4].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            parts[5].hasPrefix("stack/")
        else { throw .malformed(Wire.Key.stackID.rawValue) }
        if let id = wire.physicalResourceID, !(1...1024).contains(id.utf8.count) {
            throw .malformed(Wire.Key.physicalResourceID.rawValue)
        }
        self.request = request
        account = parts[4]
        region = parts[3]
        physicalResourceID = wire.physicalResourceID
    }

    private struct Wire: Decodable {
        let requestType: String
        let stackID: String
        let physicalResourceID: String?

        enum Key: String, CodingKey {
            case requestType = "RequestType"
            case stackID = "StackId"
            case physicalResourceID = "PhysicalResourceId"
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Key.self)
            requestType = try members.decode(String.self, forKey: .requestType)
            stackID = try members.decode(String.self, forKey: .stackID)
            physicalResourceID = try members.decodeIfPresent(String.self, forKey: .physicalResourceID)
        }
    }
}

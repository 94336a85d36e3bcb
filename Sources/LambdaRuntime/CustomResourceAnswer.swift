/// What CloudFormation is told about a custom resource.
public struct CustomResourceAnswer: Sendable, Hashable {
    /// CloudFormation's limit of a whole answer, in bytes.
    ///
    /// Source: CloudFormation User Guide, "Custom resource response reference".
    static let limit = 4096

    /// Why it failed; nil when it did not.
    public let reason: String?
    /// The resource's id: the same in every answer about one resource, or CloudFormation takes it for another.
    public let physicalResourceID: String

    /// The resource is as it should be.
    public static func success(_ physicalResourceID: String) -> CustomResourceAnswer {
        CustomResourceAnswer(reason: nil, physicalResourceID: physicalResourceID)
    }

    /// It is not.
    ///
    /// - Parameters:
    ///   - physicalResourceID: Not empty, at most 1024 bytes.
    ///   - reason: For whoever reads the stack's events, who may be anybody in the account: no secrets, nothing of others.
    /// - Returns: The answer.
    public static func failure(_ physicalResourceID: String, reason: String) -> CustomResourceAnswer {
        CustomResourceAnswer(
            reason: reason.isEmpty ? "The enforcer gave no reason." : reason,
            physicalResourceID: physicalResourceID
        )
    }

    private init(reason: String?, physicalResourceID: String) {
        precondition((1...1024).contains(physicalResourceID.utf8.count), "a resource's id has 1 to 1024 bytes")
        self.reason = reason
        self.physicalResourceID = physicalResourceID
    }

    /// The answer's body: the status, what must be repeated, and nothing else; the reason is cut until all of it fits.
    func body(for envelope: CustomResourceEnvelope) throws -> [UInt8] {
        var wire = Wire(
            status: reason == nil ? "SUCCESS" : "FAILED",
            reason: reason.map { String($0.prefix(Self.limit)) },
            physicalResourceID: physicalResourceID,
            stackID: envelope.stackID,
            requestID: envelope.requestID,
            logicalResourceID: envelope.logicalResourceID
        )
        var body = try WireJSON.encode(wire)
        while body.count > Self.limit, let reason = wire.reason, reason.count > 1 {
            // Every character takes one byte at least, so this many less are never too many to take away.
            wire.reason = String(reason.prefix(max(1, reason.count - max(1, (body.count - Self.limit) / 6))))
            body = try WireJSON.encode(wire)
        }
        guard body.count <= Self.limit else { throw CustomResourceFailure.tooLarge }
        return body
    }

    private struct Wire: Encodable {
        let status: String
        var reason: String?
        let physicalResourceID: String
        let stackID: String
        let requestID: String
        let logicalResourceID: String

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case reason = "Reason"
            case physicalResourceID = "PhysicalResourceId"
            case stackID = "StackId"
            case requestID = "RequestId"
            case logicalResourceID = "LogicalResourceId"
        }
    }
}

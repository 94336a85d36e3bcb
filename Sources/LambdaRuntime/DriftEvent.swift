/// What EventBridge tells when somebody has written to a session document: where, which, and whether it was the enforcer itself.
///
/// An event of CloudTrail names no rule, so what can be checked is that it agrees with itself. It is a hint and no more: the
/// place that it names is looked at, and found to be as the map says or not.
/// Source: EventBridge User Guide, "AWS service events delivered via AWS CloudTrail"; CloudTrail User Guide, "CloudTrail record
/// contents" and "CloudTrail userIdentity element".
public struct DriftEvent: Sendable, Hashable {
    /// The calls that change what a session document says, or whether it is there.
    public static let calls: Set<String> = [
        "CreateDocument", "DeleteDocument", "ModifyDocumentPermission", "UpdateDocument",
        "UpdateDocumentDefaultVersion",
    ]

    /// CloudTrail's id of the call.
    public let id: String
    /// The call, one of ``calls``.
    public let call: String
    /// The account that the document is in: twelve digits.
    public let account: String
    /// The Region that the document is in.
    public let region: String
    /// The document's name, without what stands before it in an ARN.
    public let document: String
    /// The role behind the call, with its path; nil when no role made it.
    public let role: String?
    /// Whether the call was refused, and so changed nothing.
    public let isRefused: Bool

    /// Reads an event of shape ``EventShape/eventBridge``.
    ///
    /// - Throws: ``EventRefusal``.
    init(_ bytes: [UInt8]) throws(EventRefusal) {
        let wire = try WireJSON.decode(Wire.self, from: bytes)
        guard wire.source == "aws.ssm", wire.detailType == "AWS API Call via CloudTrail" else {
            throw .notADocumentChange
        }
        let detail = wire.detail
        guard detail.eventSource == "ssm.amazonaws.com", Self.calls.contains(detail.eventName) else {
            throw .notADocumentChange
        }
        guard detail.awsRegion == wire.region else { throw .contradiction("detail.awsRegion") }
        guard detail.recipientAccountId.map({ $0 == wire.account }) ?? true else {
            throw .contradiction("detail.recipientAccountId")
        }
        guard (1...64).contains(detail.eventID.utf8.count) else { throw .malformed("detail.eventID") }
        guard let name = detail.requestParameters?.name?.split(separator: "/").last, (3...128).contains(name.utf8.count)
        else {
            // Refused calls may come without parameters; there is nothing to repair after them.
            guard detail.errorCode != nil else { throw .malformed("detail.requestParameters.name") }
            throw .notADocumentChange
        }
        id = detail.eventID
        call = detail.eventName
        account = wire.account
        region = wire.region
        document = String(name)
        role = detail.userIdentity?.sessionContext?.sessionIssuer?.arn
        isRefused = detail.errorCode != nil
    }
}

private struct Wire: Decodable {
    let source: String
    let detailType: String
    let account: String
    let region: String
    let detail: Detail

    private enum CodingKeys: String, CodingKey {
        case source, account, region, detail
        case detailType = "detail-type"
    }

    struct Detail: Decodable {
        let eventID: String
        let eventSource: String
        let eventName: String
        let awsRegion: String
        let recipientAccountId: String?
        let errorCode: String?
        let requestParameters: Parameters?
        let userIdentity: Identity?
    }

    struct Parameters: Decodable {
        let name: String?
    }

    struct Identity: Decodable {
        let sessionContext: Context?
    }

    struct Context: Decodable {
        let sessionIssuer: Issuer?
    }

    struct Issuer: Decodable {
        let arn: String?
    }
}

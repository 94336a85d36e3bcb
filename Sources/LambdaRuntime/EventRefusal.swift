/// Why an event is not taken.
///
/// It names members and ids, and holds no header, no body and no query of the event.
public enum EventRefusal: Error, Sendable, Hashable {
    /// A member of the verified identity.
    public enum IdentityMember: String, Sendable, Hashable {
        /// The whole block: the front door did not check a signature.
        case block
        /// `userArn`.
        case userARN = "userArn"
        /// `accountId`: the caller's.
        case accountID = "accountId"
        /// `caller` (REST) or `callerId` (Function URL).
        case callerID = "callerId"
        /// `accessKey`.
        case accessKeyID = "accessKey"
    }

    /// The bytes are not one JSON object.
    case notJSON
    /// This member is missing or has the wrong type; keys that the caller chose are left out.
    case malformed(String)
    /// An event of another kind than the configured front door's.
    case shape(EventShape, expected: EventShape)
    /// The right shape, from a front door with this other id.
    case frontDoorID(String)
    /// An event of EventBridge that is not a schedule's.
    case notASchedule
    /// A schedule's event, of this other rule.
    case rule(String)
    /// An event of EventBridge that is neither the schedule's nor a change of a document.
    case notADocumentChange
    /// A custom resource's event that came by another way than its own alias.
    case notByAlias
    /// A custom resource's event whose answer would go to another place than CloudFormation's.
    case responseURL
    /// API Gateway's own test call, which passes neither the authoriser nor the resource policy.
    case testInvocation
    /// The front door vouches for no such member, so for nobody.
    case identity(IdentityMember)
    /// This member says one thing at the top and another in the request context, which no front door does.
    case contradiction(String)
    /// The body is marked as base64 and is not.
    case bodyEncoding
    /// The query string cannot be decoded.
    case query
}

extension EventRefusal: Diagnosable {
    /// Which refusal it is, with the member, shape or id.
    public var logLine: String {
        switch self {
        case .notJSON: "not a JSON object"
        case .malformed(let member): "missing or of the wrong type: \(member)"
        case .shape(let shape, let expected): "an event of shape \(shape.rawValue), not \(expected.rawValue)"
        case .frontDoorID(let id): "from front door \(String(reflecting: String(id.prefix(64))))"
        case .notASchedule: "an event of EventBridge that no schedule made"
        case .rule(let arn): "of rule \(String(reflecting: String(arn.prefix(128))))"
        case .notADocumentChange: "an event of EventBridge that tells of no document"
        case .notByAlias: "a custom resource's event that did not come by the alias for these"
        case .responseURL: "ResponseURL is no address of CloudFormation's"
        case .testInvocation: "a test call from inside API Gateway"
        case .identity(let member): "no verified \(member.rawValue)"
        case .contradiction(let member): "contradicts itself: \(member)"
        case .bodyEncoding: "the body is not the base64 it is marked as"
        case .query: "the query cannot be decoded"
        }
    }

    /// The same for every refusal of a kind: whoever forges an event learns nothing from it.
    public var diagnostic: Diagnostic {
        switch self {
        case .notJSON, .malformed, .contradiction, .bodyEncoding, .query:
            Diagnostic(errorType: "Event.Malformed", errorMessage: "The event cannot be read.")
        case .shape, .frontDoorID, .notASchedule, .rule, .notADocumentChange, .notByAlias, .responseURL,
            .testInvocation:
            Diagnostic(
                errorType: "Event.NotThroughFrontDoor",
                errorMessage: "The event did not come through the configured front door."
            )
        case .identity:
            Diagnostic(
                errorType: "Event.NoIdentity",
                errorMessage: "The front door does not vouch for a caller; it must use IAM authorisation."
            )
        }
    }
}

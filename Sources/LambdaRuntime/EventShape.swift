/// The shapes of events that look alike, told apart by the members only one of them has.
public enum EventShape: String, Sendable, Hashable, CaseIterable {
    /// API Gateway REST API, Lambda proxy integration.
    case restAPI
    /// Lambda Function URL, payload version 2.0.
    case functionURL
    /// API Gateway HTTP API, payload version 1.0 or 2.0.
    case httpAPI
    /// API Gateway WebSocket API.
    case webSocket
    /// A call of API Gateway for a Lambda authoriser.
    case authorizer
    /// Application Load Balancer target.
    case loadBalancer
    /// EventBridge, schedules among it.
    case eventBridge
    /// CloudFormation custom resource.
    case customResource
    /// What the broker and administrators send: an object with a `trigger`.
    case trigger
    /// None of these.
    case unknown

    /// Recognises an event.
    ///
    /// - Throws: ``EventRefusal/notJSON``, or ``EventRefusal/malformed(_:)`` when `version`, `requestContext` or
    ///   its `domainName` has the wrong type.
    init(of bytes: [UInt8]) throws(EventRefusal) {
        self = try WireJSON.decode(Outline.self, from: bytes).shape
    }
}

/// Which members an event has, and no more of it.
private struct Outline: Decodable {
    enum Key: String, CodingKey {
        case version, resource, httpMethod, requestContext, methodArn, source
        case detailType = "detail-type"
        case requestType = "RequestType"
        case responseURL = "ResponseURL"
        case trigger
    }

    enum ContextKey: String, CodingKey {
        case elb, connectionId, domainName
    }

    let shape: EventShape

    init(from decoder: any Decoder) throws {
        let event = try decoder.container(keyedBy: Key.self)
        guard event.contains(.requestContext) else {
            shape = Self.shapeWithoutContext(event)
            return
        }
        let context = try event.nestedContainer(keyedBy: ContextKey.self, forKey: .requestContext)
        if context.contains(.elb) {
            shape = .loadBalancer
        } else if let version = try event.decodeIfPresent(String.self, forKey: .version) {
            // Only HTTP APIs and Function URLs number their payloads; the host name is what tells those two apart.
            let domain = try context.decodeIfPresent(String.self, forKey: .domainName) ?? ""
            switch version {
            case "2.0": shape = domain.split(separator: ".").dropFirst().first == "lambda-url" ? .functionURL : .httpAPI
            case "1.0": shape = .httpAPI
            default: shape = .unknown
            }
        } else if event.contains(.methodArn) {
            shape = .authorizer
        } else if context.contains(.connectionId) {
            shape = .webSocket
        } else {
            shape = event.contains(.resource) && event.contains(.httpMethod) ? .restAPI : .unknown
        }
    }

    private static func shapeWithoutContext(_ event: KeyedDecodingContainer<Key>) -> EventShape {
        if event.contains(.source), event.contains(.detailType) { return .eventBridge }
        if event.contains(.requestType), event.contains(.responseURL) { return .customResource }
        if event.contains(.methodArn) { return .authorizer }
        return event.contains(.trigger) ? .trigger : .unknown
    }
}

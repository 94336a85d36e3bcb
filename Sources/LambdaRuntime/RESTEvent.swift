/// An event of a REST API's Lambda proxy integration.
///
/// Source: API Gateway Developer Guide, "Lambda proxy integrations in API Gateway", input format.
struct RESTEvent {
    private let wire: Wire

    /// Reads the event.
    init(_ bytes: [UInt8]) throws(EventRefusal) {
        wire = try WireJSON.decode(Wire.self, from: bytes)
    }

    /// The request, if it came through that API and its caller is verified.
    func request(api: String) throws(EventRefusal) -> FrontDoorRequest {
        let context = wire.requestContext
        guard context.apiId == api else { throw .frontDoorID(context.apiId) }
        // "Test" in the console and TestInvokeMethod run with whoever may edit the API, past authoriser and policy.
        guard context.stage != "test-invoke-stage" else { throw .testInvocation }
        guard context.resourcePath == wire.resource else { throw .contradiction("resource") }
        guard context.httpMethod == wire.httpMethod else { throw .contradiction("httpMethod") }
        guard let identity = context.identity else { throw .identity(.block) }
        return FrontDoorRequest(
            method: wire.httpMethod,
            route: .template(wire.resource, parameters: wire.pathParameters ?? [:]),
            query: query,
            headers: headers,
            body: try EventParts.body(wire.body, isBase64: wire.isBase64Encoded),
            identity: try VerifiedIdentity(
                userARN: identity.userArn,
                accountID: identity.accountId,
                callerID: identity.caller,
                accessKeyID: identity.accessKey,
                principalOrgID: identity.principalOrgId,
                sourceIP: identity.sourceIp,
                userAgent: identity.userAgent
            ),
            requestID: context.requestId,
            frontDoorID: context.apiId,
            stage: context.stage,
            timeMilliseconds: context.requestTimeEpoch
        )
    }

    private var query: [FrontDoorRequest.QueryItem] {
        let all = wire.multiValueQueryStringParameters ?? wire.queryStringParameters?.mapValues { [$0] } ?? [:]
        return all.sorted { $0.key < $1.key }
            .flatMap { name, values in values.map { FrontDoorRequest.QueryItem(name, $0) } }
    }

    private var headers: [FrontDoorRequest.Header: String] {
        let all = wire.multiValueHeaders ?? wire.headers?.mapValues { [$0] } ?? [:]
        return EventParts.headers(
            all.sorted { $0.key < $1.key }.lazy
                .flatMap { name, values in values.map { (name: name, value: $0) } }
        )
    }
}

private struct Wire: Decodable {
    var resource: String
    var httpMethod: String
    var headers: [String: String]?
    var multiValueHeaders: [String: [String]]?
    var queryStringParameters: [String: String]?
    var multiValueQueryStringParameters: [String: [String]]?
    var pathParameters: [String: String]?
    var requestContext: Context
    var body: String?
    var isBase64Encoded: Bool?

    struct Context: Decodable {
        var apiId: String
        var stage: String
        var requestId: String
        var requestTimeEpoch: Int64
        var resourcePath: String
        var httpMethod: String
        var identity: Identity?
    }

    struct Identity: Decodable {
        var userArn: String?
        var accountId: String?
        var caller: String?
        var accessKey: String?
        var principalOrgId: String?
        var sourceIp: String
        var userAgent: String?
    }
}

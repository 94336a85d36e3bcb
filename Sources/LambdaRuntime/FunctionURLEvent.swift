/// An event of a Lambda Function URL, payload version 2.0.
///
/// Source: Lambda Developer Guide, "Invoking Lambda function URLs", request payload format.
struct FunctionURLEvent {
    private let wire: Wire

    /// Reads the event.
    init(_ bytes: [UInt8]) throws(EventRefusal) {
        wire = try WireJSON.decode(Wire.self, from: bytes)
    }

    /// The request, if it came through that Function URL and its caller is verified.
    func request(url: String) throws(EventRefusal) -> FrontDoorRequest {
        let context = wire.requestContext
        guard context.apiId == url else { throw .frontDoorID(context.apiId) }
        guard context.domainName.split(separator: ".").first.map(String.init) == url else {
            throw .contradiction("requestContext.domainName")
        }
        guard let iam = context.authorizer?.iam else { throw .identity(.block) }
        return FrontDoorRequest(
            method: context.http.method,
            route: .path(wire.rawPath),
            query: try PercentEncoding.queryItems(wire.rawQueryString ?? ""),
            headers: EventParts.headers(
                (wire.headers ?? [:]).sorted { $0.key < $1.key }.lazy.map { (name: $0.key, value: $0.value) }
            ),
            body: try EventParts.body(wire.body, isBase64: wire.isBase64Encoded),
            identity: try VerifiedIdentity(
                userARN: iam.userArn,
                accountID: iam.accountId,
                callerID: iam.callerId,
                accessKeyID: iam.accessKey,
                principalOrgID: iam.principalOrgId,
                sourceIP: context.http.sourceIp,
                userAgent: context.http.userAgent
            ),
            requestID: context.requestId,
            frontDoorID: context.apiId,
            stage: context.stage ?? "$default",
            timeMilliseconds: context.timeEpoch
        )
    }
}

private struct Wire: Decodable {
    var rawPath: String
    var rawQueryString: String?
    var headers: [String: String]?
    var requestContext: Context
    var body: String?
    var isBase64Encoded: Bool?

    struct Context: Decodable {
        var apiId: String
        var domainName: String
        var requestId: String
        // AWS's published sample leaves the stage out; live events have `$default`.
        var stage: String?
        var timeEpoch: Int64
        var http: HTTP
        var authorizer: Authorizer?
    }

    struct HTTP: Decodable {
        var method: String
        var path: String
        var sourceIp: String
        var userAgent: String?
    }

    struct Authorizer: Decodable {
        var iam: IAM?
    }

    struct IAM: Decodable {
        var userArn: String?
        var accountId: String?
        var callerId: String?
        var accessKey: String?
        var principalOrgId: String?
    }
}

/// An HTTP request whose caller the front door has verified.
///
/// Both event shapes become this one value. It keeps no headers but those of ``Header``: identity never comes from one,
/// and the rest hold the caller's signature and session token.
public struct FrontDoorRequest: Sendable, Hashable {
    /// The headers that may be read: they decide nothing about who the caller is.
    public enum Header: String, Sendable, Hashable, CaseIterable {
        /// What program calls, in its own words.
        case userAgent = "user-agent"
        /// The version of our own client.
        case clientVersion = "x-ssm-broker-client"
        /// The body's type.
        case contentType = "content-type"
    }

    /// One name and value of the query, decoded.
    public struct QueryItem: Sendable, Hashable {
        /// The name.
        public let name: String
        /// The value; empty when there is none.
        public let value: String

        /// Makes an item.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The method, in capitals.
    public var method: String
    /// Where the request goes.
    public var route: RequestRoute
    /// The query; a Function URL keeps its order, a REST API only that of one name's values (names come sorted).
    public var query: [QueryItem]
    /// The headers that may be read.
    public var headers: [Header: String]
    /// The body, decoded if it was base64; empty for none.
    public var body: [UInt8]
    /// Who signed the request.
    public var identity: VerifiedIdentity
    /// The front door's own request ID, which its access log has too.
    public var requestID: String
    /// The REST API's or Function URL's id.
    public var frontDoorID: String
    /// The stage; `$default` for a Function URL.
    public var stage: String
    /// When the front door took the request: milliseconds since 1970-01-01T00:00:00Z.
    public var timeMilliseconds: Int64

    /// Makes a request, as a test does; events are read by ``InvocationEvent``.
    public init(
        method: String,
        route: RequestRoute,
        query: [QueryItem] = [],
        headers: [Header: String] = [:],
        body: [UInt8] = [],
        identity: VerifiedIdentity,
        requestID: String,
        frontDoorID: String,
        stage: String,
        timeMilliseconds: Int64
    ) {
        self.method = method
        self.route = route
        self.query = query
        self.headers = headers
        self.body = body
        self.identity = identity
        self.requestID = requestID
        self.frontDoorID = frontDoorID
        self.stage = stage
        self.timeMilliseconds = timeMilliseconds
    }

    /// The route template (`/v1/sessions/{id}`) that a REST API chose, or the path as a Function URL got it.
    public var resource: String {
        switch route {
        case .template(let template, _): template
        case .path(let path): path
        }
    }

    /// Every value of that name, in order.
    public func queryValues(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }
}

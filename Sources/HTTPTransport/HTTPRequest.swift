/// One header line; names compare without case, order and repeats are kept.
public struct HTTPHeader: Sendable, Hashable {
    /// The field name as it will be sent, for example `Content-Type`.
    public let name: String
    /// The field value, without the line's end.
    public let value: String

    /// Makes a header line.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request ready to be sent: everything is decided, nothing is added on the way but `Host` and `Content-Length`.
public struct HTTPRequest: Sendable, Hashable {
    /// `GET`, `POST`, `DELETE` and so on, in capitals.
    public var method: String
    /// The absolute address, already percent-encoded, for example `https://ssm.eu-west-1.amazonaws.com/`.
    public var url: String
    /// The header lines, in order.
    public var headers: [HTTPHeader]
    /// The body; empty for none.
    public var body: [UInt8]
    /// How long, and how much.
    public var limits: HTTPLimits

    /// Makes a request.
    public init(
        method: String,
        url: String,
        headers: [HTTPHeader] = [],
        body: [UInt8] = [],
        limits: HTTPLimits = .standard
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
    }
}

/// The bounds within which a reply must arrive.
public struct HTTPLimits: Sendable, Hashable {
    /// Milliseconds to open the connection, TLS included.
    public var connectMilliseconds: Int
    /// Milliseconds for the whole exchange; nil for a long poll, which has no end of its own.
    public var totalMilliseconds: Int?
    /// The largest reply body taken, in bytes.
    public var maximumBodyBytes: Int

    /// 3 s to connect, 10 s in all, 4 MiB.
    public static let standard = HTTPLimits(
        connectMilliseconds: 3000,
        totalMilliseconds: 10_000,
        maximumBodyBytes: 4_194_304
    )

    /// Makes bounds.
    public init(connectMilliseconds: Int, totalMilliseconds: Int?, maximumBodyBytes: Int) {
        self.connectMilliseconds = connectMilliseconds
        self.totalMilliseconds = totalMilliseconds
        self.maximumBodyBytes = maximumBodyBytes
    }
}

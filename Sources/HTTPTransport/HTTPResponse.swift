/// A whole reply, whatever its status: a status is an answer, not an error.
public struct HTTPResponse: Sendable, Hashable {
    /// The status code, 100 to 599.
    public let status: Int
    /// The header lines, in the order received.
    public let headers: [HTTPHeader]
    /// The body; empty for none.
    public let body: [UInt8]

    /// Makes a reply.
    public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header of that name, compared without case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}

internal import Digests
internal import HTTPTransport

/// A request in the one spelling that both sides of SigV4 hash.
///
/// Source: IAM User Guide, "Create a signed AWS API request", steps 1 and 2; where that leaves room, botocore's
/// `SigV4Auth` is followed.
struct CanonicalRequest: Sendable {
    /// Headers that proxies and clients change on the way, so they are sent but not signed.
    ///
    /// Source: botocore, `auth.SIGNED_HEADERS_BLACKLIST`.
    private static let unsigned: Set<String> = [
        "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    /// The whole canonical text.
    let text: String
    /// The names of the headers signed, sorted and joined by semicolons.
    let signedHeaders: String

    /// Writes a request in canonical form; its headers must have `Host` already.
    init(_ request: HTTPRequest, target: RequestTarget) {
        var values: [String: [String]] = [:]
        for header in request.headers {
            let name = header.name.lowercased()
            guard !Self.unsigned.contains(name) else { continue }
            values[name, default: []].append(Self.trimmed(header.value))
        }
        let names = values.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        signedHeaders = names.joined(separator: ";")
        text = [
            request.method,
            Self.path(target.path),
            Self.query(target.query),
            names.map { "\($0):\(values[$0, default: []].joined(separator: ","))\n" }.joined(),
            signedHeaders,
            values["x-amz-content-sha256"]?.first ?? Hexadecimal.text(SHA256.hash(request.body)),
        ].joined(separator: "\n")
    }

    /// The path without dot segments and doubled slashes, encoded once more: it is percent-encoded already, and S3
    /// alone signs that as it is.
    static func path(_ path: String) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." {
                _ = segments.popLast()
            } else {
                segments.append(segment)
            }
        }
        guard !segments.isEmpty else { return "/" }
        let joined = "/" + segments.joined(separator: "/") + (path.hasSuffix("/") ? "/" : "")
        return PercentEncoding.encode(joined, keeping: [UInt8(ascii: "/")])
    }

    /// The query's pairs sorted by name, then by value, each with its equals sign; their encoding is the sender's and
    /// stays.
    static func query(_ query: String?) -> String {
        guard let query, !query.isEmpty else { return "" }
        return
            query.split(separator: "&", omittingEmptySubsequences: false)
            .map { pair -> (name: Substring, value: Substring) in
                let equals = pair.firstIndex(of: "=") ?? pair.endIndex
                return (pair[..<equals], pair[equals...].dropFirst())
            }
            .sorted { left, right in
                left.name == right.name
                    ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
                    : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
            }
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }

    /// The value without outer white space, and every run inside made one space.
    static func trimmed(_ value: String) -> String {
        value.split { $0.isWhitespace }.joined(separator: " ")
    }
}

/// A refusal or failure as it leaves the broker.
///
/// Shape: `application/problem+json`, with `code`, `next` and `requestId` as extension members:
/// `{"code":"NODE_NOT_FOUND","detail":"…","next":"…","requestId":"…","status":404,"title":"Node not found"}`.
/// Source: RFC 9457, "Problem Details for HTTP APIs".
public struct Problem: Error, Sendable, Hashable {
    /// The media type of the form.
    public static let mediaType = "application/problem+json"

    /// What a program branches on.
    public let code: ProblemCode
    /// What happened and why, for a person.
    public let detail: String
    /// What to do next; a command where there is one.
    public let next: String
    /// The id under which the request is found in logs and records; empty until the request is known.
    public var requestID: String

    /// Makes a problem.
    public init(_ code: ProblemCode, detail: String, next: String, requestID: String = "") {
        self.code = code
        self.detail = detail
        self.next = next
        self.requestID = requestID
    }

    /// The code as words: `NODE_NOT_FOUND` becomes `Node not found`.
    public var title: String {
        let words = code.rawValue.split(separator: "_").joined(separator: " ").lowercased()
            .split(separator: " ").map { Self.properNames[String($0)] ?? String($0) }.joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private static let properNames = ["aws": "AWS", "linux": "Linux"]

    /// The problem as JSON.
    public var json: JSON {
        [
            "code": .string(code.rawValue),
            "detail": .string(detail),
            "next": .string(next),
            "requestId": .string(requestID),
            "status": .integer(Int64(code.status)),
            "title": .string(title),
        ]
    }

    /// Reads a problem; nil when the JSON is none of ours, for example a proxy's page.
    public init?(json: JSON) {
        guard let code = json["code"]?.text.flatMap(ProblemCode.init(rawValue:)), let detail = json["detail"]?.text
        else { return nil }
        self.init(code, detail: detail, next: json["next"]?.text ?? "", requestID: json["requestId"]?.text ?? "")
    }
}

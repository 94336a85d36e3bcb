/// What `POST /v1/blocks` and `DELETE /v1/blocks` are asked: whom to keep out, or to let in again, and why.
///
/// Shape of the body: `{"reason":"laptop stolen","user":"alice"}`, or `roleId` in place of `user`; the query has the same names.
public struct BlockRequest: Sendable, Hashable {
    /// The names of the members, and of the query parameters.
    public enum Parameter: String, Sendable, CaseIterable {
        /// The user name.
        case user
        /// The role's unique id.
        case roleID = "roleId"
        /// Why.
        case reason
    }

    /// Whom it is about.
    public var key: BlockKey
    /// Why, in the administrator's words.
    public var reason: String

    /// Makes a request.
    public init(key: BlockKey, reason: String) {
        self.key = key
        self.reason = reason
    }

    /// The request as a body.
    public var json: JSON {
        .object(Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, .string($0.value)) }))
    }

    /// The request as query parameters.
    public var parameters: [(name: String, value: String)] {
        [(key.member.name, key.member.value), (Parameter.reason.rawValue, reason)].map { (name: $0.0, value: $0.1) }
    }

    /// Reads a body.
    ///
    /// - Parameter body: The bytes as they came.
    /// - Throws: ``Problem`` with `BODY_INVALID` and all that is wrong.
    public init(body: [UInt8]) throws(Problem) {
        var reader = JSONReader(try RequestBody.parse(body))
        let keys = Self.keys { reader.optional($0, expected: $1, parse: $2) }
        let reason = reader.required(Parameter.reason.rawValue, expected: Self.reasonExpected, parse: Self.reason)
        if keys.count != 1, reader.problems.isEmpty { reader.note(Self.oneExpected) }
        let problems = reader.finished()
        guard problems.isEmpty, let key = keys.first, let reason else { throw RequestBody.problem(problems) }
        self.init(key: key, reason: reason)
    }

    /// Reads query parameters.
    ///
    /// - Parameter parameters: Names and values as they came, decoded.
    /// - Throws: ``Problem`` with `QUERY_INVALID` and all that is wrong.
    public init(parameters: [(name: String, value: String)]) throws(Problem) {
        var reader = QueryReader<Parameter>(parameters)
        let user = reader.optional(.user, expected: Self.userExpected, parse: BlockKey.user(named:))
        let role = reader.optional(.roleID, expected: Self.roleExpected, parse: BlockKey.role(named:))
        let reason = reader.reason(.reason)
        try reader.finish()
        let keys = [user, role].compactMap(\.self)
        guard keys.count == 1, let reason else {
            throw Problem(
                .queryInvalid,
                detail: keys.count == 1 ? "reason: Missing; expected \(Self.reasonExpected)." : Self.oneExpected,
                next: "Known parameters: \(Parameter.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        self.init(key: keys[0], reason: reason)
    }

    private static let oneExpected = "Expected user or roleId, and not both."
    private static let userExpected = "a user name of 1 to 256 characters"
    private static let roleExpected = "a role's unique id as AROAEXAMPLEEXAMPLE00"
    private static let reasonExpected = "a reason of 1 to 256 characters"

    private static func keys(_ read: (String, String, (String) -> BlockKey?) -> BlockKey?) -> [BlockKey] {
        [
            read(Parameter.user.rawValue, userExpected, BlockKey.user(named:)),
            read(Parameter.roleID.rawValue, roleExpected, BlockKey.role(named:)),
        ].compactMap(\.self)
    }

    private static func reason(_ text: String) -> String? {
        OpenSessionRequest.isPlainText(text, maximumLength: OpenSessionRequest.maximumReasonLength) ? text : nil
    }
}

extension BlockKey {
    /// Everybody whose role session has this name; nil when no session can have it.
    public static func user(named text: String) -> BlockKey? {
        OpenSessionRequest.isPlainText(text, maximumLength: 256) ? .user(text) : nil
    }

    /// Everybody who holds the role with this unique id; nil when no role can have it.
    ///
    /// Source: IAM User Guide, "IAM identifiers", unique identifiers: those of roles begin with `AROA`.
    public static func role(named text: String) -> BlockKey? {
        let isAllowed = { (byte: UInt8) in (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) }
        guard text.hasPrefix("AROA"), (16...128).contains(text.utf8.count), text.utf8.allSatisfy(isAllowed) else {
            return nil
        }
        return .role(id: text)
    }
}

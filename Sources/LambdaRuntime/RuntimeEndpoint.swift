/// Where the Lambda Runtime API listens, checked.
///
/// Shape: `127.0.0.1:9001`, `runtime.local`, `[::1]:9001`; the port may be left out.
/// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
public struct RuntimeEndpoint: Sendable, Hashable {
    /// The environment variable that Lambda sets.
    public static let key = "AWS_LAMBDA_RUNTIME_API"

    /// What is wrong with a text that names no endpoint.
    public enum Rejection: Error, Sendable, Hashable, CustomStringConvertible {
        /// The variable is missing or empty.
        case empty
        /// The host is missing or holds this character, which no host name or address has.
        case host(Character?)
        /// The text after the last colon is no port from 1 to 65535.
        case port(String)

        /// One line for the person who set the variable.
        public var description: String {
            switch self {
            case .empty: "\(RuntimeEndpoint.key): not set; needs host or host:port"
            case .host(nil): "\(RuntimeEndpoint.key): needs host or host:port, and the host is missing"
            case .host(let character?): "\(RuntimeEndpoint.key): needs host or host:port, without \"\(character)\""
            case .port(let text): "\(RuntimeEndpoint.key): needs a port from 1 to 65535, not \"\(text)\""
            }
        }
    }

    /// Host, and port if one was given, as they go into a URL.
    public let authority: String

    /// Checks and keeps an endpoint.
    ///
    /// - Parameter text: The variable's value; no scheme, no path, no user.
    /// - Throws: ``Rejection`` naming the bad part.
    public init(_ text: String) throws(Rejection) {
        guard !text.isEmpty else { throw .empty }
        let host: Substring
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .host("[") }
            let address = text[text.index(after: text.startIndex)..<end]
            guard !address.isEmpty else { throw .host(nil) }
            if let bad = address.first(where: { !($0.isHexDigit && $0.isASCII) && $0 != ":" && $0 != "." }) {
                throw .host(bad)
            }
            try Self.checkPort(text[text.index(after: end)...])
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<colon]
            guard !host.isEmpty else { throw .host(nil) }
            if let bad = host.first(where: { !Self.isHostCharacter($0) }) { throw .host(bad) }
            try Self.checkPort(text[colon...])
        }
        authority = text
    }

    /// Accepts nothing, or a colon and a port.
    private static func checkPort(_ tail: Substring) throws(Rejection) {
        guard let colon = tail.first else { return }
        guard colon == ":" else { throw .host(colon) }
        let digits = tail.dropFirst()
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(digits), port > 0
        else { throw .port(String(digits)) }
    }

    private static func isHostCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-._".contains(character))
    }
}

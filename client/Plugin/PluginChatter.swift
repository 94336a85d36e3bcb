internal import SessionCore

/// What session-manager-plugin itself says on the standard output that it shares with the session.
///
/// Source: session-manager-plugin, `session.go` (`Execute`, `ValidateInputAndStartSession`), `sessionhandler.go` (`ResumeSessionHandler`)
/// and `streaming.go` (`HandleChannelClosedMessage`); each of them is one write.
struct PluginChatter: Sendable {
    /// How the plugin says that a session is over.
    enum Ending: Sendable, Hashable {
        /// The channel was closed, with last words of the agent's where it has any.
        case closed(String?)
        /// It could not be resumed, because it is over.
        case timedOut
        /// The plugin gave it up, for this reason.
        case givenUp(String)

        /// The reason, as far as anybody told it.
        var reason: String? {
            switch self {
            case .closed(let words): words
            case .timedOut: "Session Manager did not resume the session: its time was up, or it was ended."
            case .givenUp(let words): words
            }
        }
    }

    private let opening: [UInt8]
    private let closing: [UInt8]
    private let lastWords: [UInt8]
    private let timeOut: [UInt8]
    private let surrender = Array("Cannot perform start session: ".utf8)
    private var isBegun = false

    /// - Parameter sessionID: Session Manager's id of the session, which stands in every sentence but one.
    init(sessionID: String) {
        opening = Array("\nStarting session with SessionId: \(sessionID)\n".utf8)
        closing = Array("\n\nExiting session with sessionId: \(sessionID).\n\n".utf8)
        lastWords = Array("\n\nSessionId: \(sessionID) : ".utf8)
        timeOut = Array("Session: \(sessionID) timed out.\n".utf8)
    }

    /// Takes the words that every session begins with from the plugin's first packet; every later one stays as it is.
    mutating func withoutOpening(_ packet: [UInt8]) -> [UInt8] {
        defer { isBegun = true }
        return !isBegun && packet.starts(with: opening) ? Array(packet.dropFirst(opening.count)) : packet
    }

    /// What a packet says of the session's end; nil when it is none of the plugin's words about that.
    func ending(_ packet: [UInt8]) -> Ending? {
        if packet == closing { return .closed(nil) }
        if packet == timeOut { return .timedOut }
        if packet.starts(with: lastWords) { return .closed(Self.words(packet.dropFirst(lastWords.count))) }
        if packet.starts(with: surrender) { return .givenUp(Self.words(packet)) }
        return nil
    }

    /// The words on one line, without the agent's rule and the blanks around them.
    private static func words(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
            .split(whereSeparator: \.isNewline)
            .filter { !$0.allSatisfy { "- ERO".contains($0) } }
            .joined(separator: " ")
    }
}

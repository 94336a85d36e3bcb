internal import SessionCore

/// Reads what the plugin says of a forwarded port.
///
/// Source: session-manager-plugin, `portsession/muxportforwarding.go` and `basicportforwarding.go`.
struct ForwardOutput: Sendable {
    /// Something that happened.
    enum Event: Sendable, Hashable {
        /// The port on this machine is open: its number.
        case ready(Int)
        /// A connection was made here, and the node could not make the other half.
        case unreachable
        /// The session is over.
        case ended(PluginChatter.Ending)
    }

    private var chatter: PluginChatter
    private let opened: String
    private let localPort: Int
    private var isOpen = false

    /// - Parameters:
    ///   - sessionID: Session Manager's id of the session.
    ///   - localPort: The port on this machine that was asked for; 0 for any.
    init(sessionID: String, localPort: Int) {
        self.localPort = localPort
        chatter = PluginChatter(sessionID: sessionID)
        opened = " opened for sessionId \(sessionID)."
    }

    /// Takes one write of the plugin's.
    ///
    /// - Returns: What it tells; nil for what nobody needs to know.
    mutating func take(_ packet: [UInt8]) -> Event? {
        let packet = chatter.withoutOpening(packet)
        if let ending = chatter.ending(packet) { return .ended(ending) }
        for line in String(decoding: packet, as: UTF8.self).split(whereSeparator: \.isNewline) {
            if line.hasPrefix("Port "), line.hasSuffix(opened),
                let port = Int(line.dropFirst("Port ".count).dropLast(opened.count)),
                // The node has words of its own in the same place: of another port, or again, the plugin would not speak.
                !isOpen, [0, port].contains(localPort)
            {
                isOpen = true
                return .ready(port)
            }
            if line.hasPrefix("Connection to destination port failed") { return .unreachable }
        }
        return nil
    }
}

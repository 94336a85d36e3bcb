internal import SessionCore

/// Lets the bytes of a connection pass, and keeps back what the plugin itself says before and after them.
struct ConnectionOutput: Sendable {
    private var chatter: PluginChatter
    private let write: @Sendable ([UInt8]) -> Void
    private var held: [UInt8]?

    /// - Parameters:
    ///   - sessionID: Session Manager's id of the session.
    ///   - write: Gets the connection's bytes.
    init(sessionID: String, write: @escaping @Sendable ([UInt8]) -> Void) {
        chatter = PluginChatter(sessionID: sessionID)
        self.write = write
    }

    /// Takes one write of the plugin's.
    mutating func take(_ packet: [UInt8]) {
        if let words = held { write(words) }
        held = nil
        let packet = chatter.withoutOpening(packet)
        // Only the last words are the plugin's: what something follows was the other side's all the same.
        if chatter.ending(packet) != nil { held = packet } else if !packet.isEmpty { write(packet) }
    }

    /// What the plugin said last of the session's end, once it has ended; nil when it said nothing.
    func finish() -> PluginChatter.Ending? { held.flatMap(chatter.ending) }
}

internal import SessionCore

/// Takes a command's output, its errors and its exit status apart again, all of which the plugin writes to one standard output.
///
/// The agent puts a mark before what a stream says first, and before what it says after the end of a line; the session document has the
/// marks. What follows an unfinished line has none: it belongs to the stream whose line is unfinished, and where both are, to the one that
/// spoke last. The exit status comes after both streams have ended, so that nothing the command says is taken for it.
/// Source: amazon-ssm-agent, `agent/session/shell/shell.go` (`setupRoutineToWriteCmdPipelineOutput`, `sendExitCode`).
struct CommandOutput: Sendable {
    /// One of the command's two streams.
    enum Stream: Sendable, Hashable, CaseIterable {
        case output
        case errors
    }

    /// How the command ended, as far as the channel told.
    enum Ending: Sendable, Hashable {
        /// With this exit status; -1 when a signal ended it.
        case status(Int32)
        /// It was never started: the agent's words.
        case notStarted(String)
        /// Nothing was said of it.
        case untold(PluginChatter.Ending?)
    }

    private var chatter: PluginChatter
    private let marks: [Stream: [UInt8]]
    private let write: @Sendable (Stream, [UInt8]) -> Void
    private var unfinished: Set<Stream> = []
    private var last: Stream?
    /// What may turn out to be the last words: an exit status, perhaps the agent's reason, and the plugin's own end.
    private var held: [[UInt8]] = []

    /// A message that begins with bytes of a character that never came has its mark after them.
    private static let longestRemainder = 3
    private static let statusLabel = Array("EXIT_CODE: ".utf8)
    private static let refusalLabel = Array("Unable to start command: ".utf8)

    /// - Parameters:
    ///   - chatter: What the plugin says itself.
    ///   - marks: What the agent puts before each stream's words.
    ///   - write: Gets what the command said.
    init(
        chatter: PluginChatter,
        marks: [Stream: String],
        write: @escaping @Sendable (Stream, [UInt8]) -> Void
    ) {
        self.chatter = chatter
        self.marks = marks.mapValues { Array($0.utf8) }
        self.write = write
    }

    /// Takes one write of the plugin's.
    mutating func take(_ packet: [UInt8]) {
        let packet = chatter.withoutOpening(packet)
        guard !packet.isEmpty else { return }
        if Self.isLastWord(packet) {
            release()
            held = [packet]
        } else if chatter.ending(packet) != nil || (held.count == 1 && Self.status(held[0]) != nil) {
            held.append(packet)
        } else {
            release()
            deliver(packet)
        }
    }

    /// Says how the command ended, once the plugin has.
    mutating func finish() -> Ending {
        var end = held[...]
        held = []
        let ending = end.last.flatMap(chatter.ending)
        if ending != nil { end.removeLast() }
        guard let first = end.first else { return .untold(ending) }
        guard let status = Self.status(first) else {
            return .notStarted(String(decoding: first.dropFirst(Self.refusalLabel.count), as: UTF8.self))
        }
        guard let words = end.dropFirst().first else {
            // The command may have written what looks like a status; after a real one the agent closes the channel, and nobody else.
            return ending == .closed(nil) ? .status(status) : .untold(ending)
        }
        return .notStarted(String(decoding: words, as: UTF8.self))
    }

    private mutating func release() {
        let packets = held
        held = []
        for packet in packets { deliver(packet) }
    }

    private mutating func deliver(_ packet: [UInt8]) {
        let (stream, content) = place(packet)
        last = stream
        if content.last == UInt8(ascii: "\n") { unfinished.remove(stream) } else { unfinished.insert(stream) }
        if !content.isEmpty { write(stream, content) }
    }

    private func place(_ packet: [UInt8]) -> (Stream, [UInt8]) {
        for offset in 0...Self.longestRemainder where offset <= packet.count {
            for (stream, mark) in marks where packet[offset...].starts(with: mark) {
                return (stream, Array(packet[..<offset] + packet[offset...].dropFirst(mark.count)))
            }
        }
        if unfinished.count == 1, let only = unfinished.first { return (only, packet) }
        // Without any mark yet the document has none, or the agent itself speaks.
        return (last ?? .output, packet)
    }

    /// Whether the agent, and not the command, says this: it has no mark.
    private static func isLastWord(_ packet: [UInt8]) -> Bool {
        status(packet) != nil || packet.starts(with: refusalLabel)
    }

    private static func status(_ packet: [UInt8]) -> Int32? {
        guard packet.starts(with: statusLabel) else { return nil }
        return Int32(String(decoding: packet.dropFirst(statusLabel.count), as: UTF8.self))
    }
}

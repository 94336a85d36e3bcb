internal import ArgumentParser

/// One port to forward, as ssh writes it after `-L`: `[local:][host:]port`.
///
/// Of two parts the first is a local port when it is a number, and a host otherwise.
struct PortForward: Sendable, Hashable, ExpressibleByArgument {
    /// The port on this machine; 0 for any that is free.
    let localPort: Int
    /// The machine that the node reaches, in small letters; nil for the node itself.
    let host: String?
    /// The port to reach.
    let port: Int

    /// - Parameters:
    ///   - localPort: The port on this machine; nil for the same number as `port`.
    ///   - host: The machine; nil for the node itself.
    ///   - port: The port to reach.
    init(localPort: Int?, host: String?, port: Int) {
        self.localPort = localPort ?? port
        self.host = host?.lowercased()
        self.port = port
    }

    init?(argument: String) {
        var parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 3, let port = parts.popLast().flatMap(Self.number), port > 0 else { return nil }
        var localPort: Int?
        if parts.count == 2 || parts.first.flatMap(Self.number) != nil {
            guard let number = Self.number(parts.removeFirst()) else { return nil }
            localPort = number
        }
        guard parts.first?.isEmpty != true else { return nil }
        self.init(localPort: localPort, host: parts.first, port: port)
    }

    /// A port's number; 0 for any.
    private static func number(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { (0...65_535).contains($0) ? $0 : nil }
    }

    /// Where it leads, for a node.
    func target(on node: some CustomStringConvertible) -> String {
        host.map { "\($0):\(port) by way of \(node)" } ?? "\(node):\(port)"
    }
}

/// The version that session-manager-plugin reports, for example `1.2.814.0`.
struct PluginVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The oldest release that AWS supports, and the first that signs the data channel.
    ///
    /// Source: AWS Systems Manager User Guide, "Session Manager plugin latest version and release history".
    static let oldest = PluginVersion(parts: [1, 2, 764, 0])
    /// The first release that applies the endpoint it is given to Systems Manager alone; older ones fail to renew SSO credentials.
    static let advised = PluginVersion(parts: [1, 2, 814, 0])

    /// One to four numbers, the most significant first; missing ones count as zero.
    private let parts: [Int]

    private init(parts: [Int]) {
        self.parts = parts + Array(repeating: 0, count: 4 - parts.count)
    }

    /// Reads what `--version` printed; nil when it is no version.
    init?(_ text: some StringProtocol) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let word = words.first else { return nil }
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...4).contains(numbers.count), numbers.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else {
            return nil
        }
        let parts = numbers.compactMap { Int($0) }
        guard parts.count == numbers.count else { return nil }
        self.init(parts: parts)
    }

    /// Whether the plugin was built from source without a version of its own: it then says `1.2.0.0` or `1.3.0.0`.
    ///
    /// Session Manager ends the sessions of such a plugin early.
    var isDevelopment: Bool { parts[2] == 0 && parts[3] == 0 }

    var description: String { parts.map(String.init).joined(separator: ".") }

    static func < (left: PluginVersion, right: PluginVersion) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }
}

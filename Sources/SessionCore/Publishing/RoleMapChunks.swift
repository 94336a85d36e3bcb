internal import Digests

/// A role map's canonical bytes in pieces that a store's items can hold, each named by its hash.
///
/// A DynamoDB item has at most 400 KB.
public struct RoleMapChunks: Sendable, Hashable {
    /// One piece.
    public struct Chunk: Sendable, Hashable {
        /// The SHA-256 of the bytes, in hexadecimal.
        public let hash: String
        /// The bytes; 1 to ``RoleMapChunks/maximumBytes`` of them.
        public let bytes: [UInt8]

        /// Names a piece by its hash.
        public init(_ bytes: [UInt8]) {
            hash = RoleMapChunks.hash(of: bytes)
            self.bytes = bytes
        }
    }

    /// The most bytes in one piece.
    public static let maximumBytes = 300_000
    /// The most bytes in a map: an answer of Lambda has at most 6 MB, with each quotation mark taking two.
    public static let maximumMapBytes = 4_000_000

    /// The pieces, in order.
    public let chunks: [Chunk]
    /// The SHA-256 of the whole, in hexadecimal.
    public let hash: String

    /// Cuts a map.
    ///
    /// - Parameter bytes: The map's canonical bytes; at least one.
    public init(_ bytes: [UInt8]) {
        precondition(!bytes.isEmpty, "a map has bytes")
        chunks = stride(from: 0, to: bytes.count, by: Self.maximumBytes).map { start in
            Chunk(Array(bytes[start..<min(start + Self.maximumBytes, bytes.count)]))
        }
        hash = Self.hash(of: bytes)
    }

    /// Puts a version's map together, believing nothing but hashes.
    ///
    /// - Parameters:
    ///   - version: Which version; it names the chunks.
    ///   - chunks: What the store has under those names.
    /// - Returns: The map's canonical bytes.
    /// - Throws: ``RoleMapDamage`` when a chunk is missing or has another hash than its name, or the whole has.
    public static func joined(
        _ version: RoleMapVersion,
        from chunks: [String: [UInt8]]
    ) throws(RoleMapDamage) -> [UInt8] {
        var bytes: [UInt8] = []
        for (place, name) in version.chunks.enumerated() {
            guard let chunk = chunks[name] else {
                throw RoleMapDamage(version.number, "chunk \(place) is not there")
            }
            guard hash(of: chunk) == name else {
                throw RoleMapDamage(version.number, "chunk \(place) is not what was published")
            }
            bytes += chunk
        }
        guard hash(of: bytes) == version.hash else {
            throw RoleMapDamage(version.number, "the map has another hash than its version says")
        }
        return bytes
    }

    private static func hash(of bytes: [UInt8]) -> String { Hexadecimal.text(SHA256.hash(bytes)) }
}

/// A published version that the store has, but not as it was published.
public struct RoleMapDamage: Error, Sendable, Hashable, CustomStringConvertible {
    /// The version's number; nil when it is the pointer to the current version, or a chunk that any version may name.
    public let number: Int64?
    /// What is wrong, in one clause without any of the contents.
    public let explanation: String

    /// Names the damage.
    public init(_ number: Int64?, _ explanation: String) {
        self.number = number
        self.explanation = explanation
    }

    /// One line for the log.
    public var description: String {
        number.map { "version \($0) of the role map is damaged: \(explanation)" }
            ?? "the published role map is damaged: \(explanation)"
    }
}

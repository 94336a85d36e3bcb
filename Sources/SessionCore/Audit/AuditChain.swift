internal import Digests

/// The rule that links records, so that a change to one shows in all that follow.
///
/// `hash = SHA-256(version ‖ chain ‖ seq ‖ previous ‖ bytes)`: one byte, four and eight bytes with the highest first, the 32 bytes of
/// the previous record's hash (zeros before the first record), and the record's canonical bytes.
public enum AuditChain {
    /// The version of the rule, first in what is hashed.
    public static let version: UInt8 = 1
    /// What stands before the first record of a chain.
    public static let beginning = [UInt8](repeating: 0, count: SHA256.byteCount)

    /// The hash of a record in its place.
    ///
    /// - Parameters:
    ///   - chain: Which chain, from 0.
    ///   - sequence: The place in it, from 0: the genesis record.
    ///   - previous: The hash of the record before; ``beginning`` for the first.
    ///   - bytes: The record's canonical bytes.
    /// - Returns: 32 bytes.
    public static func hash(chain: Int, sequence: Int64, previous: [UInt8], bytes: [UInt8]) -> [UInt8] {
        var message: [UInt8] = [version]
        message += (0..<4).reversed().map { UInt8(truncatingIfNeeded: chain >> ($0 * 8)) }
        message += (0..<8).reversed().map { UInt8(truncatingIfNeeded: sequence >> (Int64($0) * 8)) }
        message += previous
        message += bytes
        return SHA256.hash(message)
    }

    /// The chain that a record goes to, spread evenly by its id.
    ///
    /// - Parameters:
    ///   - record: The record's id.
    ///   - chains: How many chains there are; at least 1.
    /// - Returns: A number from 0 to `chains` less one.
    public static func chain(for record: RecordID, of chains: Int) -> Int {
        let digest = SHA256.hash(record.text.utf8)
        return (Int(digest[0]) << 8 | Int(digest[1])) % chains
    }

    /// The genesis record of a chain.
    ///
    /// Every chain begins with one, and each says how many there are: dropping a whole chain shows.
    public static func genesis(chain: Int, of chains: Int, id: RecordID, time: Timestamp) -> AuditRecord {
        AuditRecord(id: id, time: time, event: .genesis, details: ["chain": String(chain), "chains": String(chains)])
    }
}

/// A record in its place in a chain.
public struct ChainedRecord: Sendable, Hashable {
    /// Which chain, from 0.
    public let chain: Int
    /// The place in it, from 0.
    public let sequence: Int64
    /// The hash of the record before.
    public let previous: [UInt8]
    /// The hash of this record.
    public let hash: [UInt8]
    /// The record's canonical bytes, as they were stored.
    public let bytes: [UInt8]

    /// Keeps a record as it was stored; nothing is checked.
    public init(chain: Int, sequence: Int64, previous: [UInt8], hash: [UInt8], bytes: [UInt8]) {
        self.chain = chain
        self.sequence = sequence
        self.previous = previous
        self.hash = hash
        self.bytes = bytes
    }

    /// Links a record behind another.
    public init(chain: Int, sequence: Int64, previous: [UInt8], record: AuditRecord) {
        let bytes = record.json.canonicalBytes
        self.init(
            chain: chain,
            sequence: sequence,
            previous: previous,
            hash: AuditChain.hash(chain: chain, sequence: sequence, previous: previous, bytes: bytes),
            bytes: bytes
        )
    }

    /// The record that the bytes hold; nil when they hold none of this version.
    public var record: AuditRecord? {
        (try? JSON(parsing: bytes)).flatMap(AuditRecord.init(json:))
    }
}

/// Where a chain ends.
public struct ChainHead: Sendable, Hashable {
    /// Which chain, from 0.
    public let chain: Int
    /// The place of its last record.
    public let sequence: Int64
    /// The hash of its last record.
    public let hash: [UInt8]

    /// Keeps a head.
    public init(chain: Int, sequence: Int64, hash: [UInt8]) {
        self.chain = chain
        self.sequence = sequence
        self.hash = hash
    }
}

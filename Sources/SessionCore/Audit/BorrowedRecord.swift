internal import Digests

/// A record in its place, in memory that belongs to somebody else: good only as long as that memory is.
///
/// What looks at millions of records copies none of them.
public struct BorrowedRecord {
    /// Which chain, from 0.
    public let chain: Int
    /// The place in it, from 0.
    public let sequence: Int64
    /// The hash of the record before.
    public let previous: UnsafeRawBufferPointer
    /// The hash of this record.
    public let hash: UnsafeRawBufferPointer
    /// The record's canonical bytes, as they were stored.
    public let bytes: UnsafeBufferPointer<UInt8>

    /// Points to a record as it was stored; nothing is checked.
    public init(
        chain: Int,
        sequence: Int64,
        previous: UnsafeRawBufferPointer,
        hash: UnsafeRawBufferPointer,
        bytes: UnsafeBufferPointer<UInt8>
    ) {
        self.chain = chain
        self.sequence = sequence
        self.previous = previous
        self.hash = hash
        self.bytes = bytes
    }

    /// The record as a value of its own.
    public var copied: ChainedRecord {
        ChainedRecord(
            chain: chain,
            sequence: sequence,
            previous: Array(previous),
            hash: Array(hash),
            bytes: Array(bytes)
        )
    }
}

extension ChainedRecord {
    /// Lends the record out for the time of a call.
    public func lent<Value>(to body: (BorrowedRecord) throws -> Value) rethrows -> Value {
        try previous.withUnsafeBytes { previous in
            try hash.withUnsafeBytes { hash in
                try bytes.withUnsafeBufferPointer { bytes in
                    try body(
                        BorrowedRecord(chain: chain, sequence: sequence, previous: previous, hash: hash, bytes: bytes)
                    )
                }
            }
        }
    }
}

/// Compares hashes with what they were made of, one record after the other, by the rule of ``AuditChain``.
public struct AuditLinkCheck: Sendable {
    private let digests = SHA256Context()

    /// Makes a check, to be used for many records.
    public init() {}

    /// Whether a record's hash is that of its content in its place.
    public func fits(_ record: BorrowedRecord) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 13, alignment: 1) { head in
            head.storeBytes(of: AuditChain.version, as: UInt8.self)
            head.storeBytes(of: UInt32(truncatingIfNeeded: record.chain).bigEndian, toByteOffset: 1, as: UInt32.self)
            head.storeBytes(
                of: UInt64(bitPattern: record.sequence).bigEndian,
                toByteOffset: 5,
                as: UInt64.self
            )
            return digests.isDigest(
                record.hash,
                of: UnsafeRawBufferPointer(head),
                record.previous,
                UnsafeRawBufferPointer(record.bytes)
            )
        }
    }
}

internal import CZlib

/// Unpacks gzip piece by piece, so that a file of any size takes the same memory.
///
/// Source: RFC 1952, section 2.2: a file may be several members, one after the other.
final class GzipInflater {
    /// The bytes are no gzip, or damaged.
    struct Damage: Error {}

    // zlib keeps the stream's address in its state: it must never move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var output = [UInt8](repeating: 0, count: 128 * 1024)
    /// Whether the last member has come to its end, with its check sum right.
    private(set) var isAtEnd = false

    init() throws {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard shim_begin_gunzip(stream) == Z_OK else { throw Damage() }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Unpacks some more.
    ///
    /// - Parameters:
    ///   - input: The next bytes of the file.
    ///   - take: Gets what they unpack to, in pieces of bounded size.
    /// - Throws: ``Damage``, and what `take` throws.
    func feed(_ input: ArraySlice<UInt8>, to take: (ArraySlice<UInt8>) throws -> Void) throws {
        try input.withUnsafeBufferPointer { bytes in
            // zlib reads through this pointer and never writes through it.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            stream.pointee.avail_in = UInt32(bytes.count)
            defer { stream.pointee.next_in = nil }
            var mayHoldMore = true
            while stream.pointee.avail_in > 0 || mayHoldMore {
                if isAtEnd {
                    guard stream.pointee.avail_in > 0 else { return }
                    guard inflateReset(stream) == Z_OK else { throw Damage() }
                    isAtEnd = false
                }
                let (code, count) = step()
                guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw Damage() }
                isAtEnd = code == Z_STREAM_END
                mayHoldMore = count == output.count
                if count > 0 { try take(output[..<count]) }
            }
        }
    }

    private func step() -> (code: Int32, count: Int) {
        output.withUnsafeMutableBufferPointer { room in
            stream.pointee.next_out = room.baseAddress
            stream.pointee.avail_out = UInt32(room.count)
            let code = inflate(stream, Z_NO_FLUSH)
            return (code, room.count - Int(stream.pointee.avail_out))
        }
    }
}

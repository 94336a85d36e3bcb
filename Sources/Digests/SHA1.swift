internal import CCrypto

/// SHA-1, on libcrypto: for the names of files that AWS's own tools name by it, never for trust.
///
/// Source: FIPS 180-4, "Secure Hash Standard".
public enum SHA1 {
    /// The number of bytes in a digest.
    public static let byteCount = 20

    /// The digest of a message.
    ///
    /// - Parameter message: Any bytes, also none.
    /// - Returns: 20 bytes.
    public static func hash(_ message: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(message)
        return [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
            _ = CCrypto.SHA1(bytes, bytes.count, output.baseAddress)
            count = byteCount
        }
    }
}

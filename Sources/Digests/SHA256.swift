internal import CCrypto

/// SHA-256 and HMAC-SHA256, on libcrypto.
///
/// Source: FIPS 180-4, "Secure Hash Standard"; RFC 2104, "HMAC".
public enum SHA256 {
    /// The number of bytes in a digest.
    public static let byteCount = 32

    /// The digest of a message.
    ///
    /// - Parameter message: Any bytes, also none.
    /// - Returns: 32 bytes.
    public static func hash(_ message: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(message)
        return [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
            _ = CCrypto.SHA256(bytes, bytes.count, output.baseAddress)
            count = byteCount
        }
    }

    /// The keyed digest of a message.
    ///
    /// - Parameters:
    ///   - key: The secret key.
    ///   - message: Any bytes, also none.
    /// - Returns: 32 bytes.
    public static func authenticate(key: [UInt8], message: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(message)
        return [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
            _ = HMAC(EVP_sha256(), key, CInt(key.count), bytes, bytes.count, output.baseAddress, nil)
            count = byteCount
        }
    }
}

internal import CCrypto
internal import Synchronization

/// SHA-256 of one message after another, with libcrypto's state made once.
///
/// Looking the algorithm up takes libcrypto longer than hashing a kilobyte; whoever hashes millions of messages does it once.
public final class SHA256Context: Sendable {
    /// Unchecked, because a pointer says nothing about who else has it: nobody has this one, and the mutex keeps threads apart.
    private struct State: @unchecked Sendable {
        let context: OpaquePointer
    }

    private let state: Mutex<State>

    /// Makes a context.
    public init() {
        guard let made = EVP_MD_CTX_new(), EVP_DigestInit_ex(made, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto has no memory, or no SHA-256")
        }
        state = Mutex(State(context: made))
    }

    deinit {
        state.withLock { EVP_MD_CTX_free($0.context) }
    }

    /// Whether a message has a digest.
    ///
    /// - Parameters:
    ///   - digest: What it should come to; anything but 32 bytes is no digest.
    ///   - head: The beginning of the message.
    ///   - middle: What follows; may be empty.
    ///   - tail: The rest; may be empty.
    /// - Returns: Whether the three pieces, one behind the other, come to it.
    public func isDigest(
        _ digest: UnsafeRawBufferPointer,
        of head: UnsafeRawBufferPointer,
        _ middle: UnsafeRawBufferPointer,
        _ tail: UnsafeRawBufferPointer
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: SHA256.byteCount) { found in
            let isDone = state.withLock { state in
                // Without an algorithm the state begins anew with the one that it has.
                EVP_DigestInit_ex(state.context, nil, nil) == 1
                    && EVP_DigestUpdate(state.context, head.baseAddress, head.count) == 1
                    && EVP_DigestUpdate(state.context, middle.baseAddress, middle.count) == 1
                    && EVP_DigestUpdate(state.context, tail.baseAddress, tail.count) == 1
                    && EVP_DigestFinal_ex(state.context, found.baseAddress, nil) == 1
            }
            return isDone && digest.count == found.count && digest.elementsEqual(found)
        }
    }
}

import Digests
import Testing

/// Digests and their text.
@Suite struct DigestTests {
    struct Known: Sendable {
        let source: String
        let message: [UInt8]
        let digest: String
    }

    static let hashes = [
        Known(
            source: "NIST CAVP, SHA256ShortMsg.rsp, Len = 0",
            message: [],
            digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        ),
        Known(
            source: "FIPS 180-2, appendix B.1",
            message: Array("abc".utf8),
            digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        ),
        Known(
            source: "FIPS 180-2, appendix B.2",
            message: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        Known(
            source: "FIPS 180-2, appendix B.3",
            message: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
            digest: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    struct Keyed: Sendable {
        let source: String
        let key: [UInt8]
        let message: [UInt8]
        let digest: String
    }

    static let authentications = [
        Keyed(
            source: "RFC 4231, test case 1",
            key: [UInt8](repeating: 0x0B, count: 20),
            message: Array("Hi There".utf8),
            digest: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        Keyed(
            source: "RFC 4231, test case 2",
            key: Array("Jefe".utf8),
            message: Array("what do ya want for nothing?".utf8),
            digest: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        Keyed(
            source: "RFC 4231, test case 6: a key longer than a block",
            key: [UInt8](repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            digest: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        Keyed(
            source: "Python: hmac.new(b'', b'', 'sha256').hexdigest()",
            key: [],
            message: [],
            digest: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        ),
    ]

    @Test("a context gives each message its digest, whatever came before and however it is cut", arguments: hashes)
    func context(_ known: Known) throws {
        let context = SHA256Context()
        let digest = try #require(Hexadecimal.bytes(known.digest))
        let ends = Set([0, 1, 2, known.message.count / 2, known.message.count].filter { $0 <= known.message.count })
        for (first, second) in ends.flatMap({ first in ends.filter { $0 >= first }.map { (first, $0) } }) {
            known.message.withUnsafeBytes { message in
                let head = UnsafeRawBufferPointer(rebasing: message[..<first])
                let middle = UnsafeRawBufferPointer(rebasing: message[first..<second])
                let tail = UnsafeRawBufferPointer(rebasing: message[second...])
                func isDigest(_ bytes: [UInt8]) -> Bool {
                    bytes.withUnsafeBytes { context.isDigest($0, of: head, middle, tail) }
                }
                #expect(isDigest(digest))
                #expect(!isDigest([digest[0] ^ 1] + digest[1...]))
                #expect(!isDigest(digest.dropLast()) && !isDigest(digest + [0]) && !isDigest([]))
            }
        }
    }

    @Test("SHA-256 is that of the standard", arguments: hashes)
    func hash(_ known: Known) {
        #expect(Hexadecimal.text(SHA256.hash(known.message)) == known.digest)
    }

    @Test("HMAC-SHA256 is that of the standard", arguments: authentications)
    func authenticate(_ known: Keyed) {
        #expect(Hexadecimal.text(SHA256.authenticate(key: known.key, message: known.message)) == known.digest)
    }

    @Test("all bytes survive their hexadecimal text, which is in small letters")
    func survives() {
        let bytes = Array(UInt8.min...UInt8.max)
        let text = Hexadecimal.text(bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(Hexadecimal.bytes(text) == bytes)
        #expect(Hexadecimal.bytes("") == [])
    }

    @Test("what is no such text has no bytes", arguments: ["0", "0g", "FF", "0 ", "00f", "é0", "+1", "٠٠"])
    func refuses(_ text: String) {
        #expect(Hexadecimal.bytes(text) == nil)
    }
}

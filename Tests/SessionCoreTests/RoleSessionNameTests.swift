import SessionCore
import Testing

/// The name of the role session in the member account.
@Suite struct RoleSessionNameTests {
    static let nonce: [UInt8] = [0x9F, 0x86, 0xD0, 0x81, 0x88, 0x4C, 0x7D, 0x65]

    struct Case: Sendable, CustomTestStringConvertible {
        let why: String
        let user: String
        let text: String
        var testDescription: String { why }
    }

    // The hashes: printf %s USER | sha256sum | cut -c-8
    static let cases = [
        Case(why: "an address", user: "alice@example.com", text: "alice@example.com.9f86d081884c7d65"),
        Case(why: "the shortest user", user: "al", text: "al.9f86d081884c7d65"),
        Case(
            why: "the longest user that fits",
            user: String(repeating: "u", count: 47),
            text: String(repeating: "u", count: 47) + ".9f86d081884c7d65"
        ),
        Case(
            why: "one character more",
            user: String(repeating: "u", count: 48),
            text: String(repeating: "u", count: 38) + "-5fad3b75.9f86d081884c7d65"
        ),
        Case(
            why: "the longest user",
            user: String(repeating: "u", count: 64),
            text: String(repeating: "u", count: 38) + "-1a2292f7.9f86d081884c7d65"
        ),
    ]

    @Test("the name is the user, cut with a hash when it is long, and the nonce", arguments: cases)
    func name(_ example: Case) {
        let name = RoleSessionName(user: example.user, nonce: Self.nonce)
        #expect(name.text == example.text)
        #expect(name.text.utf8.count <= RoleSessionName.maximumLength)
        #expect(name == RoleSessionName(user: example.user, nonce: Self.nonce + [1, 2, 3]))
        #expect(RoleSessionName(recorded: name.text) == name)
    }

    @Test("long users that begin alike have names of their own")
    func distinct() {
        let users = (10..<40).map { String(repeating: "u", count: 50) + "\($0)" }
        #expect(Set(users.map { RoleSessionName(user: $0, nonce: Self.nonce).text }).count == users.count)
    }

    @Test("another nonce makes another name")
    func nonces() {
        let names = (0..<8).map { place in
            var nonce = Self.nonce
            nonce[place] ^= 1
            return RoleSessionName(user: "alice", nonce: nonce).text
        }
        #expect(Set(names + [RoleSessionName(user: "alice", nonce: Self.nonce).text]).count == 9)
    }

    @Test("a nonce too short to tell sessions apart is a defect, and stops the program")
    func shortNonce() async {
        await #expect(processExitsWith: .failure) {
            _ = RoleSessionName(user: "alice", nonce: [1, 2, 3, 4, 5, 6, 7])
        }
    }
}

import SessionCore
import Testing

/// A secret shows itself to nobody who does not ask for it by name.
@Suite struct SecretTests {
    static let text = "wJalrXUtnFEMIexample"

    private struct Holder {
        let name = "holder"
        let secret = Secret(SecretTests.text)
        let list = [Secret(SecretTests.text)]
        let maybe: Secret<String>? = Secret(SecretTests.text)
        let bytes = Secret(Array(SecretTests.text.utf8))
    }

    private static func dumped(_ value: Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }

    @Test("no way of printing shows a secret, alone or inside another value")
    func printing() {
        let secret = Secret(Self.text)
        let bytes = Array(Self.text.utf8)
        for value in [secret, Holder(), [secret], ["k": secret], Optional(secret) as Any, (secret, 1)] as [Any] {
            var printed = ""
            print(value, to: &printed)
            var debugged = ""
            debugPrint(value, to: &debugged)
            for shown in [
                printed, debugged, Self.dumped(value), String(describing: value), String(reflecting: value), "\(value)",
            ] {
                #expect(!shown.contains(Self.text))
                #expect(!shown.contains("\(bytes[0]), \(bytes[1])"))
            }
        }
        #expect("\(secret)" == "<secret>")
    }

    @Test("reflection finds nothing in a secret")
    func reflection() {
        #expect(Mirror(reflecting: Secret(Self.text)).children.isEmpty)
        #expect(Mirror(reflecting: Secret(Self.text)).descendant("value") == nil)
    }

    @Test("credentials and a started session print without their secrets")
    func credentials() {
        let secret = Secret(Self.text)
        let channel = OpenSessionReply.Channel(
            session: StartedSession(sessionID: "alice-1", tokenValue: secret, streamURL: secret),
            credentials: ChannelCredentials(
                accessKeyID: "ASIAEXAMPLE",
                secretAccessKey: secret,
                sessionToken: secret,
                expiration: Cast.now
            )
        )
        for shown in ["\(channel)", String(reflecting: channel), Self.dumped(channel)] {
            #expect(shown.contains("ASIAEXAMPLE") && shown.contains("alice-1"))
            #expect(!shown.contains(Self.text))
        }
    }

    @Test("a secret gives its value to whoever asks for it, and is equal to another of the same value")
    func reveal() {
        #expect(Secret(Self.text).reveal() == Self.text)
        #expect(Secret(Self.text) == Secret(Self.text))
        #expect(Secret(Self.text) != Secret("other"))
    }
}

import LambdaRuntime
import Testing

@Suite("The configured front door")
struct FrontDoorTests {
    @Test("kind and id are read, and written back the same")
    func reads() throws {
        #expect(try FrontDoor("rest:a1b2c3d4e5") == .restAPI("a1b2c3d4e5"))
        #expect(try FrontDoor("url:u1r2l3") == .functionURL("u1r2l3"))
        #expect(try FrontDoor("rest:a1b2c3d4e5").description == "rest:a1b2c3d4e5")
        #expect(try FrontDoor("url:u1r2l3").description == "url:u1r2l3")
    }

    struct Refusal: Sendable {
        let why: String
        let text: String
        let rejection: FrontDoor.Rejection
    }

    static let refusals = [
        Refusal(why: "nothing", text: "", rejection: .kind),
        Refusal(why: "an id alone", text: "a1b2c3d4e5", rejection: .kind),
        Refusal(why: "an HTTP API, which knows no resource policy", text: "http:a1b2c3d4e5", rejection: .kind),
        Refusal(why: "another case", text: "REST:a1b2c3d4e5", rejection: .kind),
        Refusal(why: "no id", text: "rest:", rejection: .id("")),
        Refusal(why: "capitals", text: "rest:A1", rejection: .id("A1")),
        Refusal(why: "a wild card", text: "url:*", rejection: .id("*")),
        Refusal(why: "two ids", text: "rest:a1,b2", rejection: .id("a1,b2")),
        Refusal(
            why: "a whole host name",
            text: "url:abc.lambda-url.eu-west-1.on.aws",
            rejection: .id("abc.lambda-url.eu-west-1.on.aws")
        ),
        Refusal(
            why: "65 characters",
            text: "rest:" + String(repeating: "a", count: 65),
            rejection: .id(String(repeating: "a", count: 65))
        ),
    ]

    @Test("what names no front door is refused, with the bad part", arguments: refusals)
    func refuses(_ refusal: Refusal) {
        #expect(throws: refusal.rejection) { try FrontDoor(refusal.text) }
    }

    @Test("a refused configuration says what is needed")
    func explains() {
        #expect(FrontDoor.Rejection.kind.description == "needs rest:<api id> or url:<url id>")
        #expect(
            FrontDoor.Rejection.id("*").description == "needs an id of 1 to 64 characters a-z and 0-9, not \"*\""
        )
    }
}

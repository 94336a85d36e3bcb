import HTTPTransport
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

@Suite("doctor")
struct DoctorTests {
    private static let date = HTTPHeader("Date", "Sat, 21 Nov 2026 08:00:10 GMT")
    private static let knock = ScriptedTransport.Answer.response(HTTPResponse(status: 403, headers: [date]))
    private static let gateway = ScriptedTransport.Answer.response(HTTPResponse(status: 404))

    private func findings(_ world: World) throws -> [String: JSON] {
        let json = try JSON(parsing: world.result.utf8.dropLast())
        let all = json["findings"]?.elements ?? []
        return Dictionary(all.map { ($0["check"]?.text ?? "", $0) }) { first, _ in first }
    }

    @Test("where all is well each check says so, and nothing is written to standard error")
    func well() async throws {
        let world = try World([Self.knock, Answers.identity, Self.gateway])
        #expect(try await run("doctor", in: world.dependencies(world.pluginVariables())) == .done, "\(world.notes)")
        #expect(world.transport.isExhausted && world.notes.isEmpty)
        let marks = world.result.split(separator: "\n").map { $0.split(separator: " ")[0] }
        #expect(marks == Array(repeating: "ok", count: 9), "\(world.result)")
        #expect(!world.transport.requests[0].headers.contains { $0.name == "Authorization" })
    }

    private static let admin = Answers.json(
        #"{"account":"111122223333","isAdministrator":true,"isAuditor":false,"kinds":[],"nodeTags":{},"permissionSet":"BrokerAdmin","reason":"optional","regions":[],"ticket":"optional","user":"alice"}"#
    )
    private static let roleMap: JSON = ["permissionSets": [:], "version": 1]
    private static let version = MapSamples.version(7, of: RoleMapChunks(roleMap.canonicalBytes))

    @Test("an administrator learns of a newer map that cannot be read")
    func newerMap() async throws {
        let reply = Self.version.reply(map: Self.roleMap, problem: "version 8 of the role map is damaged")
        let world = try World([Self.knock, Self.admin, Answers.json(reply.canonicalText), Self.gateway])
        let status = try await run("doctor", "-o", "json", in: world.dependencies(world.pluginVariables()))
        #expect(status == .failed && world.transport.isExhausted)
        let found = try #require(try findings(world)["map"])
        #expect(found["state"] == "wrong" && found["reasons"] == ["version 8 of the role map is damaged"])
    }

    @Test("without a map a deployment is new, or broken where one was published", arguments: [true, false])
    func noMap(isPublished: Bool) async throws {
        let versions: JSON = ["versions": isPublished ? [Self.version.reply()] : []]
        let world = try World([
            Self.knock, Self.admin, Answers.problem(.mapMissing, detail: "There is none."),
            Answers.json(versions.canonicalText), Self.gateway,
        ])
        let status = try await run("doctor", "-o", "json", in: world.dependencies(world.pluginVariables()))
        #expect(status == (isPublished ? .failed : .done) && world.transport.isExhausted)
        let found = try #require(try findings(world)["map"])
        #expect(found["state"] == (isPublished ? "wrong" : "advice") && found["reasons"] == ["There is none."])
    }

    @Test("without a broker's answer what stands behind it is not looked at, and the first fault gives the exit code")
    func unreachable() async throws {
        let failure = HTTPFailure(.untrusted, mayHaveReachedServer: false, explanation: "self-signed certificate")
        let world = try World([.failure(failure), .failure(failure)])
        let variables = world.pluginVariables([
            "AWS_CA_BUNDLE": "/ca.pem", "HTTPS_PROXY": "http://ana:secret@proxy:3128", "PLUGIN_VERSION": "1.2.707.0",
        ])
        let status = try await run("doctor", "i-0bbbbbbbbbbbbbbb2", "-o", "json", in: world.dependencies(variables))
        #expect(status == .failed)
        let found = try findings(world)
        #expect(found["network"]?["state"] == "wrong" && found["plugin"]?["exitStatus"] == 8)
        #expect(found["gateway"]?["state"] == "wrong")
        for skipped in ["clock", "identity", "map", "node"] {
            #expect(found[skipped]?["state"] == "skipped", "\(skipped)")
        }
        #expect(world.result.contains("HTTPS_PROXY=…@proxy:3128") && !world.result.contains("secret"))
        #expect(world.notes.contains("DOCTOR_FOUND"))
    }
}

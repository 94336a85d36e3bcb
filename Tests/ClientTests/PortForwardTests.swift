import Testing

@testable import ssm_broker

@Suite("a port to forward")
struct PortForwardTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let forward: PortForward?
        var testDescription: String { text }
    }

    static let rows =
        [
            Row(text: "5432", forward: PortForward(localPort: 5432, host: nil, port: 5432)),
            Row(text: "0:5432", forward: PortForward(localPort: 0, host: nil, port: 5432)),
            Row(text: "15432:5432", forward: PortForward(localPort: 15432, host: nil, port: 5432)),
            Row(text: "db.internal:5432", forward: PortForward(localPort: 5432, host: "db.internal", port: 5432)),
            Row(
                text: "15432:DB.internal:5432",
                forward: PortForward(localPort: 15432, host: "db.internal", port: 5432)
            ),
            Row(text: "80:10.0.0.1:443", forward: PortForward(localPort: 80, host: "10.0.0.1", port: 443)),
        ]
        + ["", "0", "x", "70000", "-1", "1:2:3:4", "a:b:3", ":5432", "1::3", "1:2:", "+5", "٥"].map {
            Row(text: $0, forward: nil)
        }

    @Test("it is read as ssh reads it", arguments: rows)
    func reads(_ row: Row) { #expect(PortForward(argument: row.text) == row.forward) }

    @Test("a port that somebody has is taken, a port of nobody is not")
    func localPort() throws {
        let broker = try LoopbackBroker { _ in "{}" }
        let failure = try #require(throws: CommandFailure.self) { try LocalPort.check(Int(broker.port)) }
        #expect(failure.code == "LOCAL_PORT_TAKEN" && failure.status == .failed)
        broker.stop()
        try LocalPort.check(Int(broker.port))
        try LocalPort.check(0)
    }
}

import Logging
import SessionCore
import Testing

@testable import BrokerService

extension Stage {
    /// One tick of the schedule.
    @discardableResult
    func sweep(deadlineSeconds: Int64 = 30) async throws -> JSON {
        let tick = Broker.ScheduledSweep(
            eventID: "event-1",
            rule: "arn:aws:events:eu-west-1:999900001111:rule/ssm-broker-sweep",
            invocationID: "invocation-sweep",
            deadline: clock.now.advanced(bySeconds: deadlineSeconds)
        )
        return try await broker.sweep(on: tick, logger: logs.logger)
    }

    /// A sweep by another broker whose clock is two minutes ahead, so that what has just begun looks old to it.
    @discardableResult
    func sweepAhead() async throws -> SweepReport {
        var dependencies = broker.dependencies
        dependencies.now = { [clock] in clock.now.advanced(bySeconds: 120) }
        let request = AuditRequest(id: "event", invocationID: "other", route: "schedule", sourceIP: nil, userAgent: nil)
        let deadline = clock.now.advanced(bySeconds: 150)
        return try await Sweep(
            dependencies,
            Sweep.Occasion(caller: nil, request: request, deadline: deadline, logger: logs.logger)
        ).run()
    }

    /// Leaves what a broker leaves that dies between StartSession and the outcome: an intent, and a session that runs.
    func dieAfterStart() async throws {
        store.script(.started, .fail(gone), .fail(gone))
        store.script(.unknown, .fail(gone), .fail(gone))
        aws.fault("TerminateSession", .refusal("AccessDeniedException"))
        #expect(await open().body["session"] == nil)
        #expect(events == [.intent])
        #expect(aws.activeSessions.count == 1)
    }

    /// Adds a session that somebody started at AWS.
    func addSession(_ id: String, owner: String, status: String = "Connected") {
        let session = AWSDouble.Session(
            id: id,
            node: Cast.dbNode,
            owner: owner,
            status: status,
            started: clock.now
        )
        aws.change { $0.sessions.append(session) }
    }

    func advance(seconds: Int64) { clock.advance(milliseconds: seconds * 1000) }

    /// The kinds of the findings in the log.
    var kinds: [String] { records.filter { $0.event == .swept }.compactMap { $0.details["kind"] } }
}

extension JSON {
    /// The kinds of the findings in a report.
    var kinds: [String] { (self["findings"]?.elements ?? []).compactMap { $0["kind"]?.text } }
}

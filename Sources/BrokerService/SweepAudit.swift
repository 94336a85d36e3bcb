public import Logging
public import SessionCore

extension Broker {
    /// One tick of the schedule, as the sweep needs to know it.
    public struct ScheduledSweep: Sendable {
        /// EventBridge's id of the event.
        public var eventID: String
        /// The rule's ARN.
        public var rule: String
        /// Lambda's id of the invocation.
        public var invocationID: String
        /// When Lambda stops the function.
        public var deadline: Timestamp

        /// Describes a tick.
        public init(eventID: String, rule: String, invocationID: String, deadline: Timestamp) {
            self.eventID = eventID
            self.rule = rule
            self.invocationID = invocationID
            self.deadline = deadline
        }
    }

    /// Sweeps because it is time.
    ///
    /// - Parameters:
    ///   - tick: The schedule's event.
    ///   - logger: Gets one line for the run.
    /// - Returns: The report, without secrets.
    /// - Throws: Whatever keeps the sweep from beginning: the invocation has failed then, and whoever watches it hears of that.
    public func sweep(on tick: ScheduledSweep, logger: Logger) async throws -> JSON {
        var logger = logger
        logger[metadataKey: "invocation.id"] = "\(tick.invocationID)"
        let request = AuditRequest(
            id: tick.eventID.printable(maximumLength: 64),
            invocationID: tick.invocationID.printable(maximumLength: 64),
            route: "schedule \(tick.rule)".printable(maximumLength: 256),
            sourceIP: nil,
            userAgent: nil
        )
        let deadline = Timestamp(milliseconds: tick.deadline.milliseconds - 1000)
        let occasion = Sweep.Occasion(caller: nil, request: request, deadline: deadline, logger: logger)
        let report = try await Sweep(dependencies, occasion).run()
        logger.info("sweep finished", metadata: report.metadata)
        return report.json
    }

    /// Sweeps, or makes the state of sessions anew, because an auditor or administrator asks.
    func sweep(for caller: CallerIdentity, in exchange: inout Exchange) async throws -> JSON {
        let map = try await dependencies.map()
        guard map.isAuditor(caller) || isAdministrator(caller, map: map) else {
            throw Problem(
                .auditNotAllowed,
                detail:
                    "\(caller.sentenceTitle) in account \(caller.account) may not sweep.",
                next: "Sign in with an auditor's or administrator's permission set."
            )
        }
        try await prove(caller, in: &exchange)
        let asked = try SweepRequest(body: exchange.request.body)
        // Whoever sees findings has read the log, so this stands in it before anything is shown.
        let read = exchange.record(.read, details: ["filter": asked.isRebuild ? "rebuild of sessions" : "sweep"])
        if asked.isRebuild {
            // One record for a rebuild in many steps; nothing of the log is shown.
            if asked.cursor == nil { try await append(read, in: exchange) }
            return try await rebuildSessions(from: asked.cursor, in: exchange).json
        }
        try await append(read, in: exchange)
        guard let request = read.request else { preconditionFailure("a record of an exchange has its request") }
        let occasion = Sweep.Occasion(
            caller: read.caller,
            request: request,
            deadline: exchange.deadline,
            logger: exchange.logger
        )
        let report = try await Sweep(dependencies, occasion).run()
        exchange.logger.info("sweep finished", metadata: report.metadata)
        return report.json
    }
}

extension SweepReport {
    /// The report in figures, for the log.
    var metadata: Logger.Metadata {
        [
            "sessions": "\(sessions)", "places": "\(places)", "findings": "\(findings.count)",
            "failures": "\(failures.count)", "complete": "\(isComplete)",
        ]
    }
}

import DocumentEnforcer
import LambdaRuntime
import Logging
import SessionCore

/// Turns what an invocation asks into a run of the enforcer, and the run into a reply.
///
/// An event says where to look and why. What is to stand there, and whether anything may go, the map says alone.
struct EnforcerEvents: Sendable {
    /// What is left of an invocation's time when a run must be over, in milliseconds.
    static let marginMilliseconds: Int64 = 3000
    /// How long somebody who waits for a document is made to wait at most, in milliseconds.
    static let convergenceMilliseconds: Int64 = 9000

    let enforcer: Enforcer
    let maps: CurrentMap
    let doors: EnforcerEvent.Doors
    let customResources: CustomResourceDoor
    /// Path and name of the enforcer's role in the accounts, by which its own writes are known.
    let role: String
    let now: @Sendable () -> Timestamp
    let logger: Logger

    /// The id of an account's custom resource: always the same, or CloudFormation would take it for another.
    static func resourceID(of account: String) -> String { "ssm-broker/\(account)" }

    /// Handles one invocation.
    ///
    /// - Throws: ``EventRefusal``, ``NoMap``, ``RunStopped``, or what a store throws: Lambda then delivers an event again that nobody
    ///   waits for.
    func handle(_ invocation: Invocation) async throws -> [UInt8] {
        let deadline = Timestamp(milliseconds: invocation.deadlineMilliseconds - Self.marginMilliseconds)
        switch try EnforcerEvent(invocation, by: doors) {
        case .customResource:
            return try await customResources.answer(invocation) { event, limit in
                try await settle(event, until: Timestamp(milliseconds: limit - Self.marginMilliseconds))
            }
        case .schedule: return try await run(.everything, .schedule, until: deadline)
        case .publication(let number):
            // Whoever forges one has the current map rolled out, which it is anyway.
            logger.info("publication heard of", metadata: ["rollout.number": "\(number.map(String.init) ?? "-")"])
            return try await run(.everything, .publication, until: deadline)
        case .drift(let event): return try await repair(event, until: deadline)
        case .convergence(let wish): return try await converge(wish, until: deadline)
        }
    }

    private func run(_ scope: Scope, _ trigger: Trigger, until deadline: Timestamp) async throws -> [UInt8] {
        let map: PublishedMap
        do {
            map = try await maps.current()
        } catch NoMap.none {
            // Before the first publication there is nothing to uphold; as an error it would ring in every new deployment.
            logger.notice("\(NoMap.none.logLine)")
            return Self.ignored(NoMap.none.logLine)
        }
        let report = await enforcer.run(scope, map: map, trigger: trigger, deadline: deadline)
        return try report.checked().json.canonicalBytes
    }

    /// Looks at the one document that somebody wrote to; the place is looked at because of the event, and judged by the map.
    private func repair(_ event: DriftEvent, until deadline: Timestamp) async throws -> [UInt8] {
        guard let account = try? AccountID(event.account) else { throw EventRefusal.malformed("account") }
        guard let region = try? Region(event.region) else { throw EventRefusal.malformed("region") }
        let own = "arn:\(region.partition.rawValue):iam::\(account):role/\(role)"
        let reason: String
        switch true {
        case event.role == own: reason = "the enforcer's own write"
        case event.isRefused: reason = "a refused call"
        case !Self.isOurs(event.document): reason = "no document of ours"
        default:
            logger.info(
                "document written to",
                metadata: [
                    "cloudtrail.event": "\(event.id)", "cloudtrail.call": "\(event.call)", "account": "\(account)",
                    "region": "\(region)", "document": "\(event.document)",
                ]
            )
            return try await run(.one(account, region, documents: [event.document]), .drift, until: deadline)
        }
        return Self.ignored(reason)
    }

    private static func ignored(_ reason: String) -> [UInt8] {
        JSON.object(["ignored": .string(reason)]).canonicalBytes
    }

    private static func isOurs(_ document: String) -> Bool {
        document == WantedDocument.preferences || document.hasPrefix(WantedDocument.prefix)
    }

    /// Brings the documents of one permission set in one place up to the map, for somebody who waits.
    private func converge(_ wish: EnforcerEvent.Convergence, until deadline: Timestamp) async throws -> [UInt8] {
        guard let account = try? AccountID(wish.account) else { throw EventRefusal.malformed("account") }
        guard let region = try? Region(wish.region) else { throw EventRefusal.malformed("region") }
        guard let id = try? PermissionSetName(wish.permissionSet) else { throw EventRefusal.malformed("permissionSet") }
        let map = try await maps.current()
        let names = Set((map.map.entries[id]?.kinds ?? []).map { SessionDocument.name($0, of: id) })
        guard !names.isEmpty else {
            return JSON.object(["problem": "the map has no such documents there"]).canonicalBytes
        }
        let soon = Timestamp(milliseconds: now().milliseconds + Self.convergenceMilliseconds)
        let report = await enforcer.run(
            .one(account, region, documents: names),
            map: map,
            trigger: .connect,
            deadline: min(deadline, soon)
        )
        let place = try report.checked().places.first
        return JSON.compact([
            "place": place?.json,
            "problem": place == nil ? .string("the place was not reached: \(report.end)") : nil,
        ]).canonicalBytes
    }

    /// Does what CloudFormation asks for an account; nil when it is done, else why not.
    private func settle(_ event: CustomResourceEvent, until deadline: Timestamp) async throws -> String? {
        guard let account = try? AccountID(event.account) else { throw EventRefusal.malformed("StackId") }
        let map = try await maps.current()
        if event.request == .delete {
            // Whoever may delete a stack could else take the protection away: it goes with accounts that the map gives up.
            guard event.physicalResourceID == Self.resourceID(of: event.account),
                map.map.rollout.retiredAccounts.contains(account)
            else { return nil }
        }
        let report = await enforcer.run(.accounts([account]), map: map, trigger: .account, deadline: deadline)
        return report.problem(in: account)
    }
}

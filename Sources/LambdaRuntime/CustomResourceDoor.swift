public import HTTPTransport
public import Logging

/// The way in for CloudFormation: every event that can be answered is answered, whatever becomes of the work.
///
/// A custom resource that is not answered holds its stack up for an hour.
public struct CustomResourceDoor: Sendable {
    /// How long before Lambda ends the function the answer goes out at the latest, in milliseconds.
    public static let marginMilliseconds: Int64 = 5000

    /// What the door needs of the world.
    public struct Dependencies: Sendable {
        /// The way to CloudFormation's bucket.
        public var transport: any HTTPTransport
        /// Milliseconds since 1970-01-01T00:00:00Z.
        public var now: @Sendable () -> Int64
        /// Waits some milliseconds; throws when the task is cancelled.
        public var sleep: @Sendable (_ milliseconds: Int64) async throws -> Void

        /// Takes them all.
        public init(
            transport: any HTTPTransport,
            now: @escaping @Sendable () -> Int64,
            sleep: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void
        ) {
            self.transport = transport
            self.now = now
            self.sleep = sleep
        }
    }

    /// Does what an event asks, until the moment given (milliseconds since 1970) at the latest; nil is success, a text why not.
    public typealias Work = @Sendable (_ event: CustomResourceEvent, _ deadline: Int64) async throws -> String?

    private let places: ResponsePlaces
    private let dependencies: Dependencies
    private let logger: Logger
    private let resourceID: @Sendable (_ account: String) -> String

    /// Makes the door.
    ///
    /// - Parameters:
    ///   - places: Where answers may go.
    ///   - dependencies: The world.
    ///   - logger: Gets one `info` line for each answer.
    ///   - resourceID: The id of an account's resource; always the same for one account.
    public init(
        answeringAt places: ResponsePlaces,
        _ dependencies: Dependencies,
        logger: Logger,
        resourceID: @escaping @Sendable (_ account: String) -> String
    ) {
        self.places = places
        self.dependencies = dependencies
        self.logger = logger
        self.resourceID = resourceID
    }

    /// Takes an event, has the work done and answers.
    ///
    /// - Returns: The invocation's response, which nobody reads.
    /// - Throws: ``EventRefusal`` when there is nobody to answer; ``CustomResourceFailure`` when the answer could not be
    ///   handed over.
    public func answer(_ invocation: Invocation, _ work: @escaping Work) async throws -> [UInt8] {
        let envelope = try CustomResourceEnvelope(invocation.event, answeredAt: places)
        let left = invocation.remainingMilliseconds(at: dependencies.now())
        let patience = max(left - Self.marginMilliseconds, left / 2)
        let outcome = Outcome(invocation.event, resourceID: resourceID)
        try await withThrowingTaskGroup(of: CustomResourceAnswer?.self) { group in
            group.addTask { [dependencies] in
                await outcome.reach(by: dependencies.now() + patience, logger: logger, work)
            }
            group.addTask { [dependencies] in
                // Cancelled: the work was faster.
                guard (try? await dependencies.sleep(patience)) != nil else { return nil }
                return outcome.answer("The work was not done in time; the next scheduled run goes on with it.")
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            // Inside the group: the work that lost may not heed its cancelling, and CloudFormation need not wait for it.
            try await send(first ?? outcome.answer("The work was cut off."), to: envelope, of: invocation)
        }
        return Array("{}".utf8)
    }

    private func send(_ answer: CustomResourceAnswer, to envelope: CustomResourceEnvelope, of invocation: Invocation)
        async throws
    {
        let parcel = ResponseParcel(url: envelope.address.url, body: try answer.body(for: envelope))
        try await parcel.send(before: invocation.deadlineMilliseconds, dependencies)
        logger.info(
            "custom resource answered",
            metadata: [
                "invocation.id": "\(invocation.id)", "resource.id": "\(answer.physicalResourceID)",
                "answer.status": "\(answer.reason == nil ? "SUCCESS" : "FAILED")",
            ]
        )
    }
}

/// What comes of one event: an answer in any case.
private struct Outcome: Sendable {
    /// The id of the resource in question, which every answer has.
    let id: String
    private let event: Result<CustomResourceEvent, EventRefusal>
    private let isDelete: Bool

    init(_ bytes: [UInt8], resourceID: (String) -> String) {
        do throws(EventRefusal) {
            let event = try CustomResourceEvent(bytes)
            let own = resourceID(event.account)
            // About something that is to go, CloudFormation is told under the name it asked by.
            isDelete = event.request == .delete
            id = isDelete ? event.physicalResourceID ?? own : own
            self.event = .success(event)
        } catch {
            id = "ssm-broker/unreadable"
            isDelete = false
            event = .failure(error)
        }
    }

    /// The answer to this event, nil standing for success.
    ///
    /// A stack that is to go always may: held up, it would only be deleted by force, and what protects the account stays.
    func answer(_ reason: String?) -> CustomResourceAnswer {
        guard let reason, !isDelete else { return .success(id) }
        return .failure(id, reason: reason)
    }

    func reach(by deadline: Int64, logger: Logger, _ work: CustomResourceDoor.Work) async -> CustomResourceAnswer {
        let event: CustomResourceEvent
        switch self.event {
        case .success(let read): event = read
        case .failure(let refusal):
            logger.info("custom resource event refused", metadata: ["refusal": "\(refusal.logLine)"])
            return answer("The event cannot be read: \(refusal.logLine).")
        }
        do {
            return answer(try await work(event, deadline))
        } catch {
            let line = (error as? any Diagnosable)?.logLine ?? String(reflecting: type(of: error))
            logger.info("custom resource failed", metadata: ["failure.cause": "\(line)"])
            return answer(Diagnostic.of(error).errorMessage)
        }
    }
}

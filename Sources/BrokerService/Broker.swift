public import Logging
public import SessionCore

/// The broker: answers every request, and leaves a record of each that matters.
public struct Broker: Sendable {
    /// What the broker needs of the world.
    public struct Dependencies: Sendable {
        /// Where records are kept.
        public var audit: any AuditStore
        /// Who is blocked.
        public var blocks: any BlockStore
        /// How far the documents are rolled out.
        public var rollout: any RolloutStore
        /// Makes documents right for a connect that needs them; nil where none does.
        public var enforcer: EnforcerFunction?
        /// The member accounts.
        public var accounts: MemberAccounts
        /// The role map in force, and those before it.
        public var maps: RoleMaps
        /// What the deployment allows at most.
        public var ceiling: Ceiling
        /// The organisation that callers must belong to; nil where that is not checked.
        public var organization: String?
        /// How many refusals of a caller are recorded one by one in a minute; the others are summed.
        public var refusalsPerMinute: Int
        /// The time.
        public var now: @Sendable () -> Timestamp
        /// Unpredictable bytes, as many as asked for.
        public var randomBytes: @Sendable (Int) -> [UInt8]

        /// Names the dependencies.
        public init(
            audit: any AuditStore,
            blocks: any BlockStore,
            rollout: any RolloutStore,
            enforcer: EnforcerFunction? = nil,
            accounts: MemberAccounts,
            maps: RoleMaps,
            ceiling: Ceiling,
            organization: String?,
            refusalsPerMinute: Int = 20,
            now: @escaping @Sendable () -> Timestamp,
            randomBytes: @escaping @Sendable (Int) -> [UInt8]
        ) {
            self.audit = audit
            self.blocks = blocks
            self.rollout = rollout
            self.enforcer = enforcer
            self.accounts = accounts
            self.maps = maps
            self.ceiling = ceiling
            self.organization = organization
            self.refusalsPerMinute = refusalsPerMinute
            self.now = now
            self.randomBytes = randomBytes
        }
    }

    let dependencies: Dependencies
    let refusals: RefusalSums

    /// Makes a broker.
    public init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
        refusals = RefusalSums(perMinute: dependencies.refusalsPerMinute)
    }

    /// Answers one request.
    ///
    /// - Parameters:
    ///   - request: What the front door hands over.
    ///   - logger: Gets one line for the finished request.
    /// - Returns: The answer; a refusal or failure is one too.
    public func answer(_ request: BrokerRequest, logger: Logger) async -> BrokerReply {
        var exchange = Exchange(request, dependencies: dependencies, logger: logger)
        await writeDueSums(in: &exchange)
        do {
            let match = try Route.match(
                method: request.method,
                resource: request.resource,
                matching: request.parameters
            )
            exchange.route = match.route
            let caller = try await admit(try exchange.identify(), in: &exchange)
            if !match.route.asksForBlocks { try await refuseBlocked(caller, on: match.route, in: &exchange) }
            let reply = try await answer(match, caller: caller, in: &exchange)
            exchange.logFinished(status: reply.status, code: nil)
            return reply
        } catch {
            let problem = await refuse(error, in: &exchange)
            exchange.logFinished(status: problem.code.status, code: problem.code)
            return BrokerReply(problem)
        }
    }

    /// Takes up callers that are people; roles outside Identity Center only when the map or the deployment names them.
    private func admit(_ caller: CallerIdentity, in exchange: inout Exchange) async throws -> CallerIdentity {
        guard !caller.isPerson else { return caller }
        let others = dependencies.ceiling.bootstrapAdministrators
        guard let map = try await dependencies.mapIfAny(), let admitted = map.admit(caller, or: others) else {
            throw Problem.callerNotPermissionSet
        }
        exchange.entry = map.entry(for: admitted)?.id
        return admitted
    }

    private func answer(
        _ match: Route.Match,
        caller: CallerIdentity,
        in exchange: inout Exchange
    ) async throws -> BrokerReply {
        switch match.route {
        case .identity:
            return BrokerReply(try await identity(of: caller, in: &exchange).json)
        case .instances:
            return BrokerReply(try await listInstances(for: caller, in: &exchange).json)
        case .listSessions:
            return BrokerReply(try await listSessions(for: caller, in: &exchange))
        case .openSession:
            return BrokerReply(try await openSession(for: caller, in: &exchange).json)
        case .endSessions:
            return BrokerReply(try await endSessions(for: caller, in: &exchange))
        case .endSession:
            return BrokerReply(try await endSession(try match.session(), for: caller, in: &exchange))
        case .renewCredentials:
            return BrokerReply(try await renewCredentials(of: try match.session(), for: caller, in: &exchange).json)
        case .listBlocks:
            return BrokerReply(try await listBlocks(for: caller, in: &exchange))
        case .block:
            return BrokerReply(try await block(for: caller, in: &exchange))
        case .unblock:
            return BrokerReply(try await unblock(for: caller, in: &exchange))
        case .rollout:
            return BrokerReply(try await rollout(for: caller, in: &exchange))
        case .auditRecords:
            return BrokerReply(try await auditRecords(for: caller, in: &exchange))
        case .auditHeads:
            return BrokerReply(try await auditHeads(for: caller, in: &exchange))
        case .roleMap:
            return BrokerReply(try await roleMap(for: caller, in: &exchange))
        case .publishMap:
            return BrokerReply(try await publishMap(for: caller, in: &exchange))
        case .mapVersions:
            return BrokerReply(try await mapVersions(for: caller, in: &exchange))
        case .mapVersion:
            return BrokerReply(try await mapVersion(match.parameters["number"], for: caller, in: &exchange))
        case .sweep:
            return BrokerReply(try await sweep(for: caller, in: &exchange))
        }
    }
}

extension Route.Match {
    /// The session that the path names.
    fileprivate func session() throws -> RecordID {
        guard let id = parameters["id"].flatMap({ try? RecordID($0) }) else { throw Problem.sessionNotFound }
        return id
    }
}

extension Problem {
    /// The one answer for a session that is not there and for one that is somebody else's.
    static let sessionNotFound = Problem(
        .sessionNotFound,
        detail: "You have no session with this id.",
        next: "Use the id that connect printed."
    )
}

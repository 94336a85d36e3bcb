/// What an invocation of the enforcer asks for.
///
/// All of it names places, and none of it says what should be there.
public enum EnforcerEvent: Sendable, Hashable {
    /// CloudFormation wants an answer about a custom resource.
    case customResource
    /// The configured schedule says that it is time.
    case schedule(ScheduledEvent)
    /// Somebody wrote to a document.
    case drift(DriftEvent)
    /// A map was published, the one of this number if the sender said which.
    case publication(number: Int64?)
    /// Somebody waits for the documents of one permission set in one place.
    case convergence(Convergence)

    /// One permission set, or other role of the map, in one account and Region; as the sender wrote them, unchecked.
    public struct Convergence: Sendable, Hashable {
        /// Twelve digits, it should be.
        public let account: String
        /// A Region's name.
        public let region: String
        /// The name in the map.
        public let permissionSet: String
    }

    /// Which events are taken.
    public struct Doors: Sendable, Hashable {
        /// The alias that takes custom resources' events, and no others.
        public let customResources: FunctionAlias
        /// The rule whose schedule is followed; nil for none.
        public let schedule: ScheduleRule?
        /// Whether a rule sends changes of documents.
        public let takesDrift: Bool

        /// Names the ways in.
        public init(customResources: FunctionAlias, schedule: ScheduleRule?, takesDrift: Bool) {
            self.customResources = customResources
            self.schedule = schedule
            self.takesDrift = takesDrift
        }
    }

    /// Reads an event.
    ///
    /// - Throws: ``EventRefusal`` saying why it is not taken.
    public init(_ invocation: Invocation, by doors: Doors) throws(EventRefusal) {
        let shape = try EventShape(of: invocation.event)
        guard !doors.customResources.isUsed(by: invocation) else {
            guard shape == .customResource else { throw .shape(shape, expected: .customResource) }
            self = .customResource
            return
        }
        switch shape {
        case .customResource: throw .notByAlias
        case .eventBridge: self = try Self.eventBridge(invocation.event, doors)
        case .trigger: self = try Self.trigger(invocation.event)
        default: throw .shape(shape, expected: .trigger)
        }
    }

    private static func eventBridge(_ bytes: [UInt8], _ doors: Doors) throws(EventRefusal) -> EnforcerEvent {
        let source = try WireJSON.decode(Source.self, from: bytes).source
        if source == "aws.events" {
            guard let rule = doors.schedule else { throw .notASchedule }
            return .schedule(try ScheduledEvent(bytes, of: rule))
        }
        guard doors.takesDrift else { throw .notADocumentChange }
        return .drift(try DriftEvent(bytes))
    }

    private static func trigger(_ bytes: [UInt8]) throws(EventRefusal) -> EnforcerEvent {
        let wire = try WireJSON.decode(Trigger.self, from: bytes)
        switch wire.trigger {
        case "publication":
            if let number = wire.number, number < 1 { throw .malformed("number") }
            return .publication(number: wire.number)
        case "converge":
            guard let account = wire.account else { throw .malformed("account") }
            guard let region = wire.region else { throw .malformed("region") }
            guard let permissionSet = wire.permissionSet else { throw .malformed("permissionSet") }
            return .convergence(Convergence(account: account, region: region, permissionSet: permissionSet))
        default: throw .malformed("trigger")
        }
    }

    private struct Source: Decodable {
        let source: String
    }

    private struct Trigger: Decodable {
        let trigger: String
        let number: Int64?
        let account: String?
        let region: String?
        let permissionSet: String?
    }
}

/// What an invocation asks for.
public enum InvocationEvent: Sendable, Hashable {
    /// An HTTP request that the configured front door let through.
    case request(FrontDoorRequest)
    /// The configured schedule says that it is time.
    case schedule(ScheduledEvent)

    /// Reads an event.
    ///
    /// - Parameters:
    ///   - bytes: The event as Lambda handed it over.
    ///   - frontDoor: The only front door whose events are taken.
    ///   - rule: The only rule whose schedule is followed; nil for none.
    /// - Throws: ``EventRefusal`` saying why it is not taken.
    public init(_ bytes: [UInt8], through frontDoor: FrontDoor, rule: ScheduleRule? = nil) throws(EventRefusal) {
        let shape = try EventShape(of: bytes)
        if shape == .eventBridge, let rule {
            self = .schedule(try ScheduledEvent(bytes, of: rule))
            return
        }
        guard shape == frontDoor.shape else { throw .shape(shape, expected: frontDoor.shape) }
        switch frontDoor {
        case .restAPI(let id): self = .request(try RESTEvent(bytes).request(api: id))
        case .functionURL(let id): self = .request(try FunctionURLEvent(bytes).request(url: id))
        }
    }
}

/// What an invocation asks for.
///
/// One case today; schedules and custom resources have their own ways in and become cases of their own.
public enum InvocationEvent: Sendable, Hashable {
    /// An HTTP request that the configured front door let through.
    case request(FrontDoorRequest)

    /// Reads an event.
    ///
    /// - Parameters:
    ///   - bytes: The event as Lambda handed it over.
    ///   - frontDoor: The only front door whose events are taken.
    /// - Throws: ``EventRefusal`` saying why it is not taken.
    public init(_ bytes: [UInt8], through frontDoor: FrontDoor) throws(EventRefusal) {
        let shape = try EventShape(of: bytes)
        guard shape == frontDoor.shape else { throw .shape(shape, expected: frontDoor.shape) }
        switch frontDoor {
        case .restAPI(let id): self = .request(try RESTEvent(bytes).request(api: id))
        case .functionURL(let id): self = .request(try FunctionURLEvent(bytes).request(url: id))
        }
    }
}

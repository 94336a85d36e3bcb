/// Whom a custom resource's answer goes to, and what it must repeat: read before anything else of the event, so that whatever
/// is wrong with the rest can still be answered.
///
/// Source: CloudFormation User Guide, "Custom resource request reference" and "Custom resource response reference".
struct CustomResourceEnvelope: Sendable, Hashable {
    /// Where the answer goes.
    let address: ResponseAddress
    /// Copied into the answer as they came.
    let requestID: String
    let stackID: String
    let logicalResourceID: String

    /// Reads what is needed to answer.
    ///
    /// - Parameters:
    ///   - bytes: The event.
    ///   - places: Where answers may go.
    /// - Throws: ``EventRefusal``; then nobody is answered, for there is nobody to answer or it is not CloudFormation.
    init(_ bytes: [UInt8], answeredAt places: ResponsePlaces) throws(EventRefusal) {
        let wire = try WireJSON.decode(Wire.self, from: bytes)
        guard let address = places.address(wire.responseURL) else { throw .responseURL }
        // Longer ones would leave no room in an answer of 4096 bytes; CloudFormation's own are 40, 300 and 255 at most.
        guard (1...64).contains(wire.requestID.utf8.count) else { throw .malformed(Wire.Key.requestID.rawValue) }
        guard (1...1024).contains(wire.stackID.utf8.count) else { throw .malformed(Wire.Key.stackID.rawValue) }
        guard (1...255).contains(wire.logicalResourceID.utf8.count) else {
            throw .malformed(Wire.Key.logicalResourceID.rawValue)
        }
        self.address = address
        requestID = wire.requestID
        stackID = wire.stackID
        logicalResourceID = wire.logicalResourceID
    }

    private struct Wire: Decodable {
        let responseURL: String
        let requestID: String
        let stackID: String
        let logicalResourceID: String

        enum Key: String, CodingKey {
            case responseURL = "ResponseURL"
            case requestID = "RequestId"
            case stackID = "StackId"
            case logicalResourceID = "LogicalResourceId"
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Key.self)
            responseURL = try members.decode(String.self, forKey: .responseURL)
            requestID = try members.decode(String.self, forKey: .requestID)
            stackID = try members.decode(String.self, forKey: .stackID)
            logicalResourceID = try members.decode(String.self, forKey: .logicalResourceID)
        }
    }
}

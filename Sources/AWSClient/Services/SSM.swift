public import SessionCore

/// AWS Systems Manager, of the account whose credentials are given: sessions, documents, nodes.
///
/// Every call throws ``AWSFailure``.
public struct SSM: Sendable {
    let client: AWSClient
    let region: Region
    let credentials: AWSCredentials

    /// Makes a caller of the Region's own endpoint.
    public init(client: AWSClient, region: Region, credentials: AWSCredentials) {
        self.client = client
        self.region = region
        self.credentials = credentials
    }

    func send<Output>(_ call: AWSCall<Output>) async throws -> Output {
        try await client.send(call, in: region, as: credentials)
    }
}

/// A required text of an answer.
///
/// - Throws: ``BrokenOutput`` when it is missing or empty.
func required(_ value: String?, _ name: String) throws -> String {
    guard let value, !value.isEmpty else { throw BrokenOutput(part: name) }
    return value
}

/// A moment given as seconds since 1970, as JSON 1.1 has it.
func moment(_ seconds: Double?) -> Timestamp? {
    // Years 1 to 9999, so that no answer can overflow the conversion.
    guard let seconds, (-62_135_596_800...253_402_300_799).contains(seconds) else { return nil }
    return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
}

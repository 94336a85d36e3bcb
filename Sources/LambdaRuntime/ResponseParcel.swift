internal import HTTPTransport

/// One answer on its way into CloudFormation's bucket.
///
/// CloudFormation signs the address without a content type, so sending one breaks the signature; and S3 takes no chunks there.
/// So there are no headers at all but the length, which the transport adds.
struct ResponseParcel: Sendable {
    /// The presigned address.
    let url: String
    let body: [UInt8]

    private static let attempts = 5
    private static let firstWait: Int64 = 100

    /// Hands it over, more than once if it must be.
    ///
    /// - Parameters:
    ///   - deadline: No attempt lasts beyond it: milliseconds since 1970.
    ///   - world: The network and the clock.
    /// - Throws: ``CustomResourceFailure`` of the last attempt.
    func send(before deadline: Int64, _ world: CustomResourceDoor.Dependencies) async throws {
        var wait = Self.firstWait
        for attempt in 1...Self.attempts {
            let failure = await sendOnce(before: deadline, world)
            guard let failure else { return }
            guard failure.mayPass, attempt < Self.attempts, world.now() + wait < deadline else { throw failure.reason }
            try await world.sleep(wait)
            wait *= 3
        }
    }

    private func sendOnce(
        before deadline: Int64,
        _ world: CustomResourceDoor.Dependencies
    ) async -> (reason: CustomResourceFailure, mayPass: Bool)? {
        // A third of what is left, so that one connection that hangs does not use up the time for the others.
        let patience = Int(min(5000, max(200, (deadline - world.now()) / 3)))
        let limits = HTTPLimits(connectMilliseconds: patience, totalMilliseconds: patience, maximumBodyBytes: 65_536)
        let request = HTTPRequest(method: "PUT", url: url, body: body, limits: limits)
        do throws(HTTPFailure) {
            let status = try await world.transport.send(request).status
            if (200..<300).contains(status) { return nil }
            return (.refused(status: status), status >= 500 || status == 429 || status == 408)
        } catch {
            return (.unreachable("\(error.kind.rawValue): \(error.explanation)"), error.kind != .invalidURL)
        }
    }
}

internal import HTTPTransport
internal import Logging
internal import SessionCore

extension AWSClient {
    /// Makes a call, with its retries.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - region: Where to.
    ///   - credentials: Whose; nil for the few calls that are not signed, because they are how one gets credentials.
    /// - Returns: The answer.
    /// - Throws: ``AWSFailure``, of the last attempt.
    func send<Output>(
        _ call: AWSCall<Output>,
        in region: Region,
        as credentials: AWSCredentials?
    ) async throws -> Output {
        var attempt = 1
        while true {
            do {
                return try await sendOnce(call, in: region, as: credentials, attempt: attempt)
            } catch {
                guard attempt < retries.attempts, error.mayBeRepeated(call.repeatable) else { throw error.failure }
                let wait = retries.wait(
                    afterAttempt: attempt,
                    isThrottled: error.failure.kind == .throttled,
                    random: random()
                )
                // A wait that ends at the deadline leaves no time to ask again, so the reason at hand is the better
                // answer.
                if let deadline, now().milliseconds + Int64(wait) >= deadline.milliseconds { throw error.failure }
                if let latestAttempt, now().milliseconds + Int64(wait) > latestAttempt.milliseconds {
                    throw error.failure
                }
                do {
                    try await sleep(wait)
                } catch {
                    throw AWSFailure(.cancelled, call, message: "cancelled between two attempts")
                }
                attempt += 1
            }
        }
    }

    private func sendOnce<Output>(
        _ call: AWSCall<Output>,
        in region: Region,
        as credentials: AWSCredentials?,
        attempt: Int
    ) async throws(FailedAttempt) -> Output {
        let start = now()
        if let latestAttempt, latestAttempt < start {
            throw FailedAttempt(AWSFailure(.deadline, call, message: "too late to begin the call"))
        }
        var bounds = limits
        if let deadline {
            let left = Int(deadline.milliseconds - start.milliseconds)
            guard left > 0 else {
                throw FailedAttempt(AWSFailure(.deadline, call, message: "no time left before the call"))
            }
            bounds.totalMilliseconds = min(bounds.totalMilliseconds ?? left, left)
        }
        let request = try signed(call, in: region, as: credentials, at: start, within: bounds)
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            log(call, attempt: attempt, since: start, outcome: error.kind.rawValue)
            throw FailedAttempt(call, transport: error)
        }
        let requestID = call.requestID(response)
        guard (200...299).contains(response.status) else {
            var failed = FailedAttempt(call, response: response, requestID: requestID)
            if failed.failure.kind == .credentialsRejected, let skew = ClockSkew(of: response, now: now()),
                skew.isTooLarge
            {
                failed.failure.clockSkew = skew
            }
            log(call, attempt: attempt, since: start, outcome: failed.failure.code ?? "-", response, requestID)
            throw failed
        }
        log(call, attempt: attempt, since: start, outcome: "ok", response, requestID)
        do {
            return try call.output(response, requestID)
        } catch {
            throw FailedAttempt(call, broken: error, status: response.status, requestID: requestID)
        }
    }

    private func signed<Output>(
        _ call: AWSCall<Output>,
        in region: Region,
        as credentials: AWSCredentials?,
        at moment: Timestamp,
        within bounds: HTTPLimits
    ) throws(FailedAttempt) -> HTTPRequest {
        let endpoint = endpoints.endpoint(of: call.service, in: region)
        let request = HTTPRequest(
            method: call.method,
            url: endpoint.url + call.path,
            headers: call.headers,
            body: call.body,
            limits: bounds
        )
        guard let credentials else { return request }
        let signer = SigV4(
            credentials: credentials,
            service: call.service.rawValue,
            region: endpoint.signingRegion
        )
        do {
            return try signer.sign(request, at: moment)
        } catch {
            // Both reasons mean that nothing was sent, and that sending it again would end the same way.
            throw FailedAttempt(AWSFailure(.refused, call, message: "the request cannot be signed: \(error)"))
        }
    }

    private func log<Output>(
        _ call: AWSCall<Output>,
        attempt: Int,
        since start: Timestamp,
        outcome: String,
        _ response: HTTPResponse? = nil,
        _ requestID: String? = nil
    ) {
        logger.debug(
            "aws call",
            metadata: [
                "aws.service": "\(call.service.rawValue)", "aws.operation": "\(call.operation)",
                "aws.attempt": "\(attempt)", "aws.outcome": "\(outcome)",
                "aws.requestID": "\(requestID ?? "-")",
                "http.status": "\(response.map { String($0.status) } ?? "-")",
                "duration.ms": "\(now().milliseconds - start.milliseconds)",
            ]
        )
    }
}

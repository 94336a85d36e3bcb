public import Logging

/// Turns an invocation into the response's bytes.
///
/// What it throws becomes that invocation's failure: as its own ``Diagnostic`` when it is ``Diagnosable``, else as a constant.
public typealias InvocationHandler = @Sendable (Invocation) async throws -> [UInt8]

/// The life of the process: take an invocation, answer it, take the next.
public struct InvocationLoop: Sendable {
    private let api: RuntimeAPI
    private let logger: Logger

    /// Makes a loop over one Runtime API.
    public init(api: RuntimeAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    /// Serves invocations one after the other until the Runtime API cannot be talked to.
    ///
    /// A handler's failure, an invocation that cannot be read and a response that Lambda does not take are each reported
    /// as that invocation's failure; none of them ends the loop.
    /// - Throws: ``RuntimeFailure``; the process should end then.
    public func run(_ handler: InvocationHandler) async throws {
        while true {
            let (id, reply) = try await api.next()
            guard let invocation = Invocation(id: id, reply: reply) else {
                try await report(.invalidInvocation, for: id)
                continue
            }
            let body: [UInt8]
            do {
                body = try await handler(invocation)
            } catch {
                try await report(Diagnostic.of(error), for: id, cause: error)
                continue
            }
            try await deliver(body, for: id)
        }
    }

    private func deliver(_ body: [UInt8], for id: String) async throws {
        switch try await api.respond(to: id, body) {
        case 413: try await report(.responseTooLarge, for: id)
        case 400..<500: try await report(.responseRefused, for: id)
        default: logger.debug("invocation answered", metadata: ["invocation.id": "\(id)"])
        }
    }

    private func report(_ diagnostic: Diagnostic, for id: String, cause: (any Error)? = nil) async throws {
        var metadata: Logger.Metadata = ["invocation.id": "\(id)", "failure.type": "\(diagnostic.errorType)"]
        if let cause {
            // Of an error that makes no promise about its text, the type only: the text may quote the event.
            metadata["failure.cause"] =
                "\((cause as? any Diagnosable)?.logLine ?? String(reflecting: type(of: cause)))"
        }
        logger.info("invocation failed", metadata: metadata)
        let status = try await api.fail(id, diagnostic)
        // Lambda has already closed this invocation (it timed out, or was answered): nothing is left to tell it.
        if status >= 400 {
            logger.info(
                "failure report refused",
                metadata: ["invocation.id": "\(id)", "http.status": "\(status)"]
            )
        }
    }
}

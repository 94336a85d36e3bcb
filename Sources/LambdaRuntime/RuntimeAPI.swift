public import HTTPTransport

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The four calls of the Lambda Runtime API, version 2018-06-01.
///
/// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
public struct RuntimeAPI: Sendable {
    private let base: String
    private let transport: any HTTPTransport

    /// Makes a client of the API.
    public init(endpoint: RuntimeEndpoint, transport: any HTTPTransport) {
        base = "http://\(endpoint.authority)/2018-06-01/runtime"
        self.transport = transport
    }

    /// Tells Lambda that the process cannot start; it should end afterwards.
    ///
    /// - Throws: ``RuntimeFailure`` when Lambda did not take the report.
    public func reportInitFailure(_ diagnostic: Diagnostic) async throws {
        let reply = try await send(.initError, try report(diagnostic, to: "/init/error"))
        guard (200..<300).contains(reply.status) else { throw RuntimeFailure.status(.initError, reply.status) }
    }

    /// Waits for the next invocation, however long that takes; asking is also what ends the one before.
    func next() async throws -> (id: String, reply: HTTPResponse) {
        let reply = try await send(.next, HTTPRequest(method: "GET", url: base + "/invocation/next", limits: .longPoll))
        guard reply.status == 200 else { throw RuntimeFailure.status(.next, reply.status) }
        guard let id = reply.header("Lambda-Runtime-Aws-Request-Id"), Self.isUsable(id) else {
            throw RuntimeFailure.noInvocationID
        }
        return (id, reply)
    }

    /// Hands over a response.
    ///
    /// - Returns: The status, 2xx when Lambda took it, 4xx when it did not and the loop can go on.
    func respond(to id: String, _ body: [UInt8]) async throws -> Int {
        let request = HTTPRequest(
            method: "POST",
            url: "\(base)/invocation/\(id)/response",
            headers: [HTTPHeader("Content-Type", "application/json")],
            body: body
        )
        return try Self.survivable(await send(.response, request).status, .response)
    }

    /// Hands over a failure.
    ///
    /// - Returns: As ``respond(to:_:)``.
    func fail(_ id: String, _ diagnostic: Diagnostic) async throws -> Int {
        try Self.survivable(
            await send(.error, try report(diagnostic, to: "/invocation/\(id)/error")).status,
            .error
        )
    }

    private func report(_ diagnostic: Diagnostic, to path: String) throws -> HTTPRequest {
        HTTPRequest(
            method: "POST",
            url: base + path,
            headers: [
                HTTPHeader("Content-Type", "application/json"),
                HTTPHeader("Lambda-Runtime-Function-Error-Type", diagnostic.errorType),
            ],
            body: try WireJSON.encode(ErrorReport(diagnostic))
        )
    }

    private func send(_ call: RuntimeFailure.Call, _ request: HTTPRequest) async throws -> HTTPResponse {
        do throws(HTTPFailure) {
            return try await transport.send(request)
        } catch {
            throw RuntimeFailure.noReply(call, error)
        }
    }

    /// The API's own words: on 500 the runtime "should exit promptly"; nothing but 2xx and 4xx is foreseen otherwise.
    private static func survivable(_ status: Int, _ call: RuntimeFailure.Call) throws -> Int {
        guard (200..<300).contains(status) || (400..<500).contains(status) else {
            throw RuntimeFailure.status(call, status)
        }
        return status
    }

    /// The ID goes into a path, so it is letters, digits and hyphens (Lambda's are UUIDs).
    private static func isUsable(_ id: String) -> Bool {
        !id.isEmpty && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
}

/// The body of an error report.
private struct ErrorReport: Encodable {
    var errorMessage: String
    var errorType: String
    var stackTrace: [String] = []

    init(_ diagnostic: Diagnostic) {
        errorMessage = diagnostic.errorMessage
        errorType = diagnostic.errorType
    }
}

extension HTTPLimits {
    /// No end of its own, because Lambda freezes the process while it waits; 8 MiB, as Lambda hands over 6 MB at most.
    fileprivate static let longPoll = HTTPLimits(
        connectMilliseconds: 3000,
        totalMilliseconds: nil,
        maximumBodyBytes: 8_388_608
    )
}

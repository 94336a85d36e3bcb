internal import HTTPTransport

/// AWS's query protocol, which STS and IAM speak: a form goes out, XML comes back.
///
/// Source: Smithy, "AWS query protocol".
enum QueryProtocol {
    static let contentType = "application/x-www-form-urlencoded; charset=utf-8"

    /// A call.
    ///
    /// - Parameters:
    ///   - service: STS or IAM.
    ///   - version: The API's version, `2011-06-15` or `2010-05-08`.
    ///   - operation: The operation's name.
    ///   - parameters: Names and values besides `Action` and `Version`; nil values are left out.
    ///   - output: Makes the answer from the `<operation>Result` element; throws ``BrokenOutput`` when something is
    ///     missing.
    /// - Returns: The call, ready to be signed.
    static func call<Output>(
        _ service: AWSService,
        version: String,
        _ operation: String,
        parameters: [(name: String, value: String?)],
        output: @escaping @Sendable (XMLTree, _ requestID: String?) throws -> Output
    ) -> AWSCall<Output> {
        AWSCall(
            service: service,
            operation: operation,
            repeatable: .always,
            headers: [HTTPHeader("Content-Type", contentType)],
            body: form(operation, version: version, parameters),
            output: { response, requestID in
                guard let root = try? XMLTree(parsing: response.body) else { throw BrokenOutput(part: "XML") }
                let result = try root.child("\(operation)Result")
                return try output(result, requestID)
            },
            fault: fault,
            requestID: requestID
        )
    }

    /// The body of a call.
    static func form(_ operation: String, version: String, _ parameters: [(name: String, value: String?)]) -> [UInt8] {
        let pairs =
            [("Action", operation), ("Version", version)]
            + parameters.compactMap { pair in
                pair.value.map { (pair.name, $0) }
            }
        return Array(pairs.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&").utf8)
    }

    /// The error in an answer; nil when it is none of the service's.
    ///
    /// Shape:
    /// `<ErrorResponse><Error><Type/><Code>AccessDenied</Code><Message>…</Message></Error><RequestId>…</RequestId></ErrorResponse>`.
    static func fault(in response: HTTPResponse) -> ServiceFault? {
        // A body that is no XML is a proxy's page, which the missing code says well enough.
        guard let root = try? XMLTree(parsing: response.body), root.name == "ErrorResponse",
            let error = root.children.first(where: { $0.name == "Error" }),
            let code = error.children.first(where: { $0.name == "Code" })?.trimmedText, !code.isEmpty
        else { return nil }
        return ServiceFault(
            code: code,
            message: error.children.first { $0.name == "Message" }?.trimmedText ?? ""
        )
    }

    /// The request ID, in the header or in the body.
    static func requestID(in response: HTTPResponse) -> String? {
        if let header = response.header("x-amzn-requestid") { return header }
        // A body without one costs a look-up in CloudTrail by other means, not the call.
        guard let root = try? XMLTree(parsing: response.body) else { return nil }
        let holder = root.children.first { $0.name == "ResponseMetadata" } ?? root
        return holder.children.first { $0.name == "RequestId" }?.trimmedText
    }
}

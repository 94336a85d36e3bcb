internal import HTTPTransport

/// The query protocol as EC2 speaks it: lists have no `member`, answers no `Result` element, and errors a form of their own.
///
/// Source: Smithy, "AWS EC2 query protocol".
enum EC2Protocol {
    /// A call.
    ///
    /// - Parameters:
    ///   - operation: The operation's name.
    ///   - parameters: Names and values besides `Action` and `Version`, lists numbered: `Filter.1.Value.1`; nil values are left out.
    ///   - output: Makes the answer from the `<operation>Response` element; throws ``BrokenOutput`` when something is missing.
    /// - Returns: The call, ready to be signed.
    static func call<Output>(
        _ operation: String,
        parameters: [(name: String, value: String?)],
        output: @escaping @Sendable (XMLTree) throws -> Output
    ) -> AWSCall<Output> {
        AWSCall(
            service: .ec2,
            operation: operation,
            repeatable: .always,
            headers: [HTTPHeader("Content-Type", QueryProtocol.contentType)],
            body: QueryProtocol.form(operation, version: "2016-11-15", parameters),
            output: { response, _ in
                guard let root = try? XMLTree(parsing: response.body), root.name == "\(operation)Response" else {
                    throw BrokenOutput(part: "XML")
                }
                return try output(root)
            },
            fault: fault,
            requestID: requestID
        )
    }

    /// The error in an answer; nil when it is none of the service's.
    ///
    /// Shape: `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>…</Message></Error></Errors><RequestID>…</RequestID></Response>`.
    static func fault(in response: HTTPResponse) -> ServiceFault? {
        // A body that is no XML is a proxy's page, which the missing code says well enough.
        guard let root = try? XMLTree(parsing: response.body), root.name == "Response",
            let error = root.children.first(where: { $0.name == "Errors" })?.children.first,
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
        return root.children.first { ["requestId", "RequestID"].contains($0.name) }?.trimmedText
    }
}

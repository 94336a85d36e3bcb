import HTTPTransport
import SessionCore

extension AWSDouble {
    /// Takes an invocation of the enforcer apart, by the broker itself: one that is waited for, or an event left for it.
    func invocation(_ request: HTTPRequest, region: String, key: String) -> Call? {
        let path =
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A999900001111%3Afunction%3Assm-broker-enforcer"
        guard key == Self.brokerKey, request.url.hasSuffix("\(path)/invocations"),
            let type = Self.header("X-Amz-Invocation-Type", of: request), ["RequestResponse", "Event"].contains(type),
            let body = try? JSON(parsing: request.body)
        else { return nil }
        return Call(
            name: type == "Event" ? "Invoke later" : "Invoke",
            region: region,
            parameters: [:],
            body: body,
            session: nil,
            moment: clock.now
        )
    }
}

extension AWSDouble.World {
    func invokeLater(_ requestID: String) -> HTTPResponse {
        HTTPResponse(status: 202, headers: [HTTPHeader("x-amzn-RequestId", requestID)])
    }

    mutating func invoke(_ call: AWSDouble.Call, _ requestID: String) -> HTTPResponse {
        guard let enforcer else {
            return AWSDouble.refuse(call, code: "ResourceNotFoundException", status: 404, message: "no such function")
        }
        let answer = enforcer(&self)
        return HTTPResponse(
            status: 200,
            headers: [HTTPHeader("x-amzn-RequestId", requestID)],
            body: answer.canonicalBytes
        )
    }
}

import HTTPTransport
import SessionCore
import Synchronization

extension AWSDouble {
    /// Takes a request apart; nil when no call of the broker looks like that, or its signer may not make it.
    func read(_ request: HTTPRequest) -> Call? {
        guard request.method == "POST", let host = request.url.split(separator: "/").dropFirst().first,
            let key = Self.accessKey(of: request)
        else { return nil }
        let session = world.withLock { $0.roleSessions[key] }
        let region = host.split(separator: ".")[1]
        if host.hasPrefix("lambda.") { return invocation(request, region: String(region), key: key) }
        if let target = Self.header("X-Amz-Target", of: request) {
            guard target.hasPrefix("AmazonSSM."), host.hasPrefix("ssm."), let session,
                Self.header("X-Amz-Security-Token", of: request) == session.token,
                let body = try? JSON(parsing: request.body)
            else { return nil }
            let name = String(target.dropFirst("AmazonSSM.".count))
            guard Self.allowed[session.use]?.contains(name) == true else { return nil }
            let parameters = (body.members ?? [:]).compactMapValues(\.text)
            return Call(
                name: name,
                region: String(region),
                parameters: parameters,
                body: body,
                session: session,
                moment: clock.now
            )
        }
        let form = Self.form(request.body)
        guard let action = form["Action"] else { return nil }
        var name = action
        if action == "AssumeRole" {
            guard host.hasPrefix("sts."), key == Self.brokerKey, let use = Self.use(form["Policy"]) else { return nil }
            name = "AssumeRole \(use)"
        } else {
            guard host.hasPrefix(action == "DescribeInstances" ? "ec2." : "iam."), let session,
                Self.allowed[session.use]?.contains(action) == true
            else {
                return nil
            }
            if form["RoleName"] == "SSMBrokerTarget" { name = "\(action) target" }
        }
        return Call(
            name: name,
            region: String(region),
            parameters: form,
            body: .null,
            session: session,
            moment: clock.now
        )
    }

    /// What each role session may be used for.
    private static let allowed: [String: Set<String>] = [
        "inspect": [
            "GetRole", "GetDocument", "DescribeDocument", "DescribeInstanceInformation", "DescribeSessions",
            "DescribeInstances", "ListTagsForResource",
        ],
        "prove": ["GetRole"],
        "start": ["StartSession"],
        "channel": ["TerminateSession"],
        "end": ["TerminateSession"],
    ]

    /// What a session policy is for, told from what it allows.
    private static func use(_ policy: String?) -> String? {
        guard let policy, let json = try? JSON(parsing: policy.utf8) else { return nil }
        let actions = (json["Statement"]?.elements ?? []).flatMap { $0["Action"]?.elements ?? [] }.compactMap(\.text)
        if actions == ["iam:GetRole"] { return "prove" }
        if actions.contains("iam:GetRole") { return "inspect" }
        if actions.contains("ssm:StartSession") { return "start" }
        if actions.contains("ssmmessages:OpenDataChannel") { return "channel" }
        return actions == ["ssm:TerminateSession"] ? "end" : nil
    }

    static func header(_ name: String, of request: HTTPRequest) -> String? {
        request.headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    private static func accessKey(of request: HTTPRequest) -> String? {
        guard let authorization = header("Authorization", of: request),
            let credential = authorization.split(separator: " ").first(where: { $0.hasPrefix("Credential=") })
        else { return nil }
        return credential.dropFirst("Credential=".count).split(separator: "/").first.map(String.init)
    }

    private static func form(_ body: [UInt8]) -> [String: String] {
        var form: [String: String] = [:]
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            form[String(parts[0])] = decode(parts.count == 2 ? parts[1] : "")
        }
        return form
    }

    private static func decode(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

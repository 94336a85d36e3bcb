import HTTPTransport
import SessionCore
import Testing

extension AWSDouble.World {
    /// What AWS answers to a call that nothing goes wrong with, and the effect that it has.
    mutating func answer(_ call: AWSDouble.Call, requestID: String, now: Timestamp) -> HTTPResponse {
        switch call.name {
        case "GetRole": return role(call, requestID)
        case "GetRole target": return targetRole(requestID)
        case "DescribeInstanceInformation": return node(call, requestID)
        case "DescribeInstances": return instances(call, requestID)
        case "ListTagsForResource": return tags(call, requestID)
        case "GetDocument", "DescribeDocument": return document(call, requestID)
        case "Invoke later": return invokeLater(requestID)
        case "Invoke": return invoke(call, requestID)
        case "StartSession": return start(call, requestID, now)
        case "DescribeSessions": return list(call, requestID)
        case "TerminateSession": return terminate(call, requestID, now)
        default: return assume(call, requestID, now)
        }
    }

    func json(_ body: JSON, _ requestID: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [HTTPHeader("x-amzn-RequestId", requestID)],
            body: body.canonicalBytes
        )
    }

    private func xml(_ action: String, _ content: String, _ requestID: String) -> HTTPResponse {
        let body = "<\(action)Response><\(action)Result>\(content)</\(action)Result></\(action)Response>"
        return HTTPResponse(
            status: 200,
            headers: [HTTPHeader("x-amzn-RequestId", requestID)],
            body: Array(body.utf8)
        )
    }

    private mutating func assume(_ call: AWSDouble.Call, _ requestID: String, _ now: Timestamp) -> HTTPResponse {
        let role = (call.parameters["RoleArn"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        let name = call.parameters["RoleSessionName"] ?? ""
        let session = AWSDouble.RoleSession(
            account: String(role[4]),
            use: String(call.name.split(separator: " ")[1]),
            name: name,
            policy: call.parameters["Policy"] ?? "",
            accessKeyID: "ASIAROLESESSION\(counter)",
            secret: "secret-key-\(counter)-of-role-session",
            token: "session-token-\(counter)-of-role-session"
        )
        roleSessions[session.accessKeyID] = session
        secrets += [session.secret, session.token]
        let expiration = now.advanced(bySeconds: Int64(call.parameters["DurationSeconds"] ?? "") ?? 3600)
        let credentials =
            "<Credentials><AccessKeyId>\(session.accessKeyID)</AccessKeyId><SecretAccessKey>\(session.secret)"
            + "</SecretAccessKey><SessionToken>\(session.token)</SessionToken><Expiration>\(expiration)</Expiration>"
            + "</Credentials>"
        let user =
            "<AssumedRoleUser><Arn>\(session.arn)</Arn><AssumedRoleId>AROATARGET:\(name)</AssumedRoleId>"
            + "</AssumedRoleUser>"
        return xml("AssumeRole", credentials + user, requestID)
    }

    private func role(_ call: AWSDouble.Call, _ requestID: String) -> HTTPResponse {
        let name = call.parameters["RoleName"] ?? ""
        let account = call.session?.account ?? ""
        // The session policy lets nothing be seen but the reserved path, or the one role that is to be proven.
        guard let role = roles[account]?[name],
            call.session?.use == "prove"
                ? call.session?.policy.contains("\"arn:aws:iam::\(account):role\(role.path)\(name)\"") == true
                : role.path.hasPrefix("/aws-reserved/")
        else {
            return AWSDouble.refuse(call, code: "AccessDenied", status: 403, message: "not authorized: iam:GetRole")
        }
        let content =
            "<Role><Path>\(role.path)</Path><RoleName>\(name)</RoleName><RoleId>\(role.id)</RoleId>"
            + "<Arn>arn:aws:iam::1:role\(role.path)\(name)</Arn></Role>"
        return xml("GetRole", content, requestID)
    }

    private func targetRole(_ requestID: String) -> HTTPResponse {
        let tags = targetTags.map { "<member><Key>\($0.key)</Key><Value>\($0.value)</Value></member>" }.joined()
        let content =
            "<Role><Path>/ssm-broker/</Path><RoleName>SSMBrokerTarget</RoleName><RoleId>AROATARGET</RoleId>"
            + "<Arn>arn:aws:iam::1:role/ssm-broker/SSMBrokerTarget</Arn>"
        // IAM leaves the list out where there is none.
        return xml("GetRole", content + (tags.isEmpty ? "" : "<Tags>\(tags)</Tags>") + "</Role>", requestID)
    }

    func place(_ call: AWSDouble.Call) -> String { "\(call.session?.account ?? "")/\(call.region)" }

    private func node(_ call: AWSDouble.Call, _ requestID: String) -> HTTPResponse {
        let found = (nodes[place(call)] ?? []).filter { isWanted($0, call) }.map { node -> JSON in
            .compact([
                "IPAddress": node.reported.map(JSON.string), "InstanceId": .string(node.id),
                "PingStatus": .string(node.ping),
                "PlatformType": node.platform.map(JSON.string),
            ])
        }
        return json(["InstanceInformationList": .array(found)], requestID)
    }

    private func document(_ call: AWSDouble.Call, _ requestID: String) -> HTTPResponse {
        let name = call.parameters["Name"] ?? ""
        guard let document = documents["\(place(call))/\(name)"] else {
            return AWSDouble.refuse(call, code: "InvalidDocument", message: "Document \(name) does not exist.")
        }
        if call.name == "GetDocument" {
            #expect(call.parameters["DocumentVersion"] == "$LATEST")
            return json(
                [
                    "Content": .string(document.content), "DocumentType": "Session",
                    "DocumentVersion": .string(document.version), "Name": .string(name), "Status": "Active",
                ],
                requestID
            )
        }
        let description: JSON = [
            "DefaultVersion": .string(document.defaultVersion), "DocumentType": "Session",
            "LatestVersion": .string(document.version), "Name": .string(name), "Status": "Active",
        ]
        return json(["Document": description], requestID)
    }

    private mutating func start(_ call: AWSDouble.Call, _ requestID: String, _ now: Timestamp) -> HTTPResponse {
        let target = call.parameters["Target"] ?? ""
        guard let session = call.session, let node = (nodes[place(call)] ?? []).first(where: { $0.id == target }) else {
            return AWSDouble.refuse(call, code: "TargetNotConnected", message: "\(target) is not connected.")
        }
        if node.tags["Role"] == "forbidden" {
            return AWSDouble.refuse(
                call,
                code: "AccessDeniedException",
                message: "User: \(session.arn) is not authorized to perform: ssm:StartSession"
            )
        }
        let id = "\(session.name)-suffix\(counter)"
        sessions.append(AWSDouble.Session(id: id, node: target, owner: session.arn, started: now))
        let token = "token-value-\(counter)-of-session"
        let query = "role=publish_subscribe&cell-number=secret-cell-\(counter)"
        secrets += [token, query]
        return json(
            [
                "SessionId": .string(id),
                "StreamUrl": .string("wss://ssmmessages.\(call.region).amazonaws.com/v1/data-channel/\(id)?\(query)"),
                "TokenValue": .string(token),
            ],
            requestID
        )
    }

    private func list(_ call: AWSDouble.Call, _ requestID: String) -> HTTPResponse {
        let filters = call.body["Filters"]?.elements ?? []
        #expect(["Active", "History"].contains(call.parameters["State"] ?? ""))
        #expect(filters.allSatisfy { ["Owner", "SessionId"].contains($0["key"]?.text ?? "") })
        let value = { (key: String) in filters.first { $0["key"]?.text == key }?["value"]?.text ?? "" }
        let account = call.session?.account ?? ""
        let found = sessions.filter { session in
            // The owner by its beginning only: that it is the whole ARN is for the broker to make sure.
            session.isActive == (call.parameters["State"] == "Active") && session.owner.contains(":\(account):")
                && session.owner.hasPrefix(value("Owner"))
                && (value("SessionId").isEmpty || session.id == value("SessionId"))
        }.map { session -> JSON in
            .compact([
                "EndDate": session.ended.map { .integer($0.milliseconds / 1000) }, "Owner": .string(session.owner),
                "SessionId": .string(session.id),
                "StartDate": session.started.map { .integer($0.milliseconds / 1000) },
                "Status": .string(session.isActive ? session.status : "Terminated"), "Target": .string(session.node),
            ])
        }
        return json(["Sessions": .array(found)], requestID)
    }

    private mutating func terminate(_ call: AWSDouble.Call, _ requestID: String, _ now: Timestamp) -> HTTPResponse {
        let id = call.parameters["SessionId"] ?? ""
        guard let session = call.session, id.hasPrefix("\(session.name)-"),
            let index = sessions.firstIndex(where: { $0.id == id })
        else {
            return AWSDouble.refuse(call, code: "AccessDeniedException", message: "not authorized: TerminateSession")
        }
        sessions[index].isActive = false
        sessions[index].ended = now
        return json(["SessionId": .string(id)], requestID)
    }
}

import HTTPTransport
import SessionCore

extension AWSDouble.World {
    /// Whether every filter of a DescribeInstanceInformation lets a node through; a filter nobody here knows lets none.
    func isWanted(_ node: AWSDouble.Node, _ call: AWSDouble.Call) -> Bool {
        (call.body["Filters"]?.elements ?? []).allSatisfy { filter in
            let values = filter["Values"]?.elements?.compactMap(\.text) ?? []
            let key = filter["Key"]?.text ?? ""
            if key == "InstanceIds" { return values.contains(node.id) }
            if key == "ResourceType" { return node.id.hasPrefix("mi-") }
            return key.hasPrefix("tag:") && values.contains(node.tags[String(key.dropFirst(4))] ?? "")
        }
    }

    /// The nodes that EC2 has, by the filters for tags and ids.
    func instances(_ call: AWSDouble.Call, _ requestID: String) -> HTTPResponse {
        let found = (nodes[place(call)] ?? []).filter { node in
            !node.id.hasPrefix("mi-")
                && (1...).lazy.prefix { call.parameters["Filter.\($0).Name"] != nil }.allSatisfy { number in
                    let values = (1...).lazy.map { call.parameters["Filter.\(number).Value.\($0)"] }
                        .prefix { $0 != nil }.compactMap(\.self)
                    return switch call.parameters["Filter.\(number).Name"] ?? "" {
                    case "instance-id": values.contains(node.id)
                    case "private-ip-address": node.address.map(values.contains) ?? false
                    case "instance-state-name": values.contains("running")
                    case let name where name.hasPrefix("tag:"):
                        values.contains(node.tags[String(name.dropFirst(4))] ?? "")
                    default: false
                    }
                }
        }
        let items = found.map { node in
            let tags = node.tags.map { "<item><key>\($0.key)</key><value>\($0.value)</value></item>" }.joined()
            let address = node.address.map { "<privateIpAddress>\($0)</privateIpAddress>" } ?? ""
            let instance = "<instanceId>\(node.id)</instanceId>\(address)<tagSet>\(tags)</tagSet>"
            return "<item><instancesSet><item>\(instance)</item></instancesSet></item>"
        }.joined()
        let body = "<DescribeInstancesResponse><reservationSet>\(items)</reservationSet></DescribeInstancesResponse>"
        return HTTPResponse(
            status: 200,
            headers: [HTTPHeader("x-amzn-RequestId", requestID)],
            body: Array(body.utf8)
        )
    }

    /// The tags of a machine outside EC2.
    func tags(_ call: AWSDouble.Call, _ requestID: String) -> HTTPResponse {
        let node = (nodes[place(call)] ?? []).first { $0.id == call.parameters["ResourceId"] }
        let tags = (node?.tags ?? [:]).map { tag -> JSON in ["Key": .string(tag.key), "Value": .string(tag.value)] }
        return json(["TagList": .array(tags)], requestID)
    }
}

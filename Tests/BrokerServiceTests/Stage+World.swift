import SessionCore

extension Stage {
    /// The member accounts as they stand when nothing is wrong: roles, nodes, and each account's documents rolled out.
    static func world(map: RoleMap) throws -> AWSDouble.World {
        var world = AWSDouble.World()
        for person in Person.all {
            world.roles[person.account, default: [:]][person.roleName] = (person.path, person.roleID)
        }
        let lookAlike = Person.alice.lookAlike()
        world.roles[lookAlike.account]?[lookAlike.roleName] = (lookAlike.path, lookAlike.roleID)
        world.nodes["\(Cast.first)/\(Cast.region)"] = [
            AWSDouble.Node(id: Cast.webNode, tags: ["Role": "web", "SsmBroker": "enabled"]),
            AWSDouble.Node(id: Cast.dbNode, tags: ["Role": "db", "SsmBroker": "enabled"]),
            AWSDouble.Node(id: Cast.windowsNode, platform: "Windows"),
            AWSDouble.Node(id: Cast.offlineNode, ping: "ConnectionLost"),
            AWSDouble.Node(id: Cast.silentNode, platform: nil),
        ]
        world.nodes["\(Cast.second)/\(Cast.region)"] = [AWSDouble.Node(id: Cast.batchNode)]
        for account in [Cast.first, Cast.second] {
            for (name, entry) in map.entries {
                let document = SessionDocument(
                    .shell,
                    of: name,
                    entry: entry,
                    in: .account(try AccountID(account), try Region(Cast.region))
                )
                world.documents["\(account)/\(Cast.region)/\(document.name)"] = AWSDouble.Document(
                    content: document.content.canonicalText
                )
            }
        }
        return world
    }

    /// Where Alice's document stands in the world.
    static let documentKey = "\(Cast.first)/\(Cast.region)/SSMBroker-Shell-DatabaseAdmin"

    /// Changes the text of Alice's document, as somebody with rights in the account could.
    func tamper(_ change: @escaping @Sendable (String) -> String) {
        aws.change { world in
            guard let content = world.documents[Self.documentKey]?.content else { return }
            world.documents[Self.documentKey]?.content = change(content)
        }
    }
}

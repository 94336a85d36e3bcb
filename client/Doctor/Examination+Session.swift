internal import HTTPTransport
internal import SessionCore

/// What concerns the role map, the plugin and the node.
extension Examination {
    func identity(_ broker: BrokerClient?, _ note: (Diagnosis) -> Void) async -> IdentityReply? {
        guard let broker else { return nil }
        do {
            let reply = try await broker.identity()
            note(
                reply.linuxUser == nil && !reply.isAdministrator && !reply.isAuditor
                    ? Diagnosis(check: "identity", state: .wrong, says: reply.sentence, status: .denied)
                    : .ok("identity", "\(reply.user). \(reply.sentence)", why: Self.more(reply))
            )
            return reply
        } catch {
            note(.wrong("identity", Self.failure(error)))
            return nil
        }
    }

    private static func more(_ reply: IdentityReply) -> [String] {
        let may = [
            reply.isAdministrator ? "It may administer the role map." : nil,
            reply.isAuditor ? "It may read the audit log." : nil,
            reply.needsReason ? "It needs --reason." : nil, reply.needsTicket ? "It needs --ticket." : nil,
        ]
        return may.compactMap(\.self)
    }

    /// The published map; only administrators may see which it is, and whether the newest is in force.
    func map(_ broker: BrokerClient?, _ identity: IdentityReply?, _ note: (Diagnosis) -> Void) async {
        guard let broker, let identity else { return note(.skipped("map", for: "the broker does not say who you are")) }
        guard identity.isAdministrator else {
            return note(.ok("map", "In force; its version is for administrators to see."))
        }
        do {
            let version = try await broker.publishedMap().version
            let says = "Version \(version.number), published \(version.moment) by \(version.publisher)."
            guard let problem = version.json["problem"]?.text else { return note(.ok("map", says)) }
            note(
                Diagnosis(
                    check: "map",
                    state: .wrong,
                    says: "\(says) A newer one is published and cannot be read.",
                    why: [problem],
                    next: "Publish one that can: ssm-broker map validate, then ssm-broker map publish",
                    status: .failed
                )
            )
        } catch let failure as CommandFailure where failure.code == ProblemCode.mapMissing.rawValue {
            // A deployment that has no map yet is no broken one; where the history cannot be read either, nothing worse is known.
            let isPublished = (try? await broker.mapVersions(upTo: 1))?.isEmpty == false
            guard !isPublished else { return note(.wrong("map", failure)) }
            note(
                Diagnosis(
                    check: "map",
                    state: .advice,
                    says: failure.what,
                    why: failure.why,
                    next: failure.next
                )
            )
        } catch {
            note(.wrong("map", Self.failure(error)))
        }
    }

    func plugin(_ settings: Settings?, _ note: (Diagnosis) -> Void) async {
        do {
            let plugin = try await Plugin.find(
                environment: world.environment,
                named: settings?.value(.plugin),
                installed: world.installedPlugin
            )
            let says = "\(plugin.path), version \(plugin.version)."
            guard let warning = plugin.warning else { return note(.ok("plugin", says)) }
            note(
                Diagnosis(
                    check: "plugin",
                    state: .advice,
                    says: says,
                    why: [warning],
                    next: "Install \(PluginVersion.advised) or a later release."
                )
            )
        } catch {
            note(.wrong("plugin", Self.failure(error)))
        }
    }

    /// The session's data goes to the message gateway, past the broker.
    func gateway(_ settings: Settings?, _ note: (Diagnosis) -> Void) async {
        guard let region = try? settings?.nodeRegion(flag: region, of: "the node") else {
            return note(.skipped("gateway", for: "nothing names the nodes' Region; add --region"))
        }
        let probe = GatewayProbe(region: region, environment: world.environment, transport: world.transport)
        switch await probe.reach() {
        case .success: note(.ok("gateway", "\(probe.host) answers."))
        case .failure(let failure):
            note(
                Diagnosis(
                    check: "gateway",
                    state: .wrong,
                    says: "The message gateway of \(region), which sessions go through, is not reached.",
                    why: [failure.explanation],
                    next: "Let this machine, VPN or proxy reach \(probe.host), WebSockets too.",
                    status: .plugin
                )
            )
        }
    }

    /// Asks for the decision about a session that is not started: that looks at node, agent and document alike.
    func look(
        at node: String,
        _ broker: BrokerClient?,
        _ settings: Settings?,
        _ identity: IdentityReply?,
        _ note: (Diagnosis) -> Void
    ) async {
        guard let broker, let settings, let identity else {
            return note(.skipped("node", for: "the broker does not say who you are"))
        }
        do {
            let place = try settings.nodeRegion(flag: region, of: node)
            let id = try await NodeFinder(world: world, broker: broker, region: place).node(named: node)
            let reply = try await broker.open(
                OpenSessionRequest(
                    requestID: world.makeID(),
                    time: world.now(),
                    // Both need no more than a node.
                    kind: identity.kinds.contains(.ssh) && !identity.kinds.contains(.shell) ? .ssh : .shell,
                    node: id,
                    region: place,
                    reason: identity.needsReason ? "ssm-broker doctor" : nil,
                    ticket: identity.needsTicket ? "ssm-broker doctor" : nil,
                    isDryRun: true,
                    client: Version.client
                )
            )
            note(
                .ok(
                    "node",
                    "\(reply.node) in \(reply.region) is online, and \(reply.document) is rolled out\(reply.linuxUser.map { ": a shell as \($0)" } ?? "").",
                    why: ["Its tags are judged at the start."]
                )
            )
        } catch {
            note(.wrong("node", Self.failure(error)))
        }
    }
}

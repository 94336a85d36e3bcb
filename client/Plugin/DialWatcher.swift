internal import HTTPTransport
internal import SessionCore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Watches a plugin while it dials, and ends one that hangs: it would do so for ever, and say nothing.
struct DialWatcher: Sendable {
    /// The message gateway that the plugin dials.
    let probe: GatewayProbe
    let plugin: Plugin
    let world: Dependencies
    /// How long the plugin may take to end when it is asked to, in milliseconds.
    private static let graceMilliseconds = 2000

    /// Returns when there is nothing more to watch, or when the task is cancelled because the plugin has ended.
    ///
    /// - Returns: Why the plugin was ended; nil when it was not.
    func watch(_ child: ChildProcess) async -> CommandFailure? {
        var watch = DialWatch()
        var sight = ProcessSight(process: child.process)
        var reach = DialWatch.Reach.unknown
        while true {
            await world.pause(1000)
            guard !Task.isCancelled else { return nil }
            if watch.wantsReach { reach = await attempt() }
            guard !Task.isCancelled else { return nil }
            let failure: CommandFailure
            switch watch.look(sight.look(), reach) {
            case .wait: continue
            case .settled: return nil
            case .unreachable(let reason): failure = unreachable(reason)
            case .givenUp: failure = givenUp(reach)
            }
            child.send(SIGTERM)
            await world.pause(Self.graceMilliseconds)
            child.send(SIGKILL)
            return failure
        }
    }

    private func attempt() async -> DialWatch.Reach {
        switch await probe.reach() {
        case .success: .reached
        case .failure(let failure): .failed(failure.explanation)
        }
    }

    private func unreachable(_ reason: String) -> CommandFailure {
        CommandFailure(
            .plugin,
            code: "GATEWAY_UNREACHABLE",
            what:
                "session-manager-plugin could not reach the session, and was ended; the message gateway is out of reach.",
            why: [reason, "The broker was reached; the session's data goes another way, through \(probe.host)."],
            next:
                "Let this machine, VPN or proxy (HTTPS_PROXY, NO_PROXY) reach \(probe.host), WebSockets too; check with: ssm-broker doctor"
        )
    }

    private func givenUp(_ reach: DialWatch.Reach) -> CommandFailure {
        var why = ["It has no connection, and none under way, for \(DialWatch.idleSeconds) s."]
        if reach == .reached { why.append("\(probe.host) itself can be reached from here.") }
        if world.environment["AWS_CA_BUNDLE"]?.isEmpty == false {
            why.append("The plugin does not read AWS_CA_BUNDLE: it trusts the system's certificates alone.")
        }
        return CommandFailure(
            .plugin,
            code: "PLUGIN_STUCK",
            what: "session-manager-plugin gave up dialling without a word, and was ended.",
            why: why,
            next:
                "Repeat the command; if it goes on, let the proxy pass WebSockets to \(probe.host), and update the plugin (this is \(plugin.version))."
        )
    }
}

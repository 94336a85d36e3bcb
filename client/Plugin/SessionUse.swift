internal import SessionCore

/// One use of a session, from the request to its end: whatever was opened is ended on every way out.
struct SessionUse: Sendable {
    let plugin: Plugin
    let origin: any SessionOrigin
    let world: Dependencies

    /// How the use of a session came out.
    struct Outcome: Sendable {
        /// How the plugin ended; nil when a signal came before it was started.
        var plugin: PluginSession.Ending?
        /// What is known of the session's end; nil when it may still run.
        var end: SessionEnd?

        /// Why the use went otherwise than its user wanted: somebody ended the session, or the plugin failed; nil when neither did.
        func failure(of plugin: Plugin, on session: OpenedSession) -> CommandFailure? {
            end?.byOthers.map { CommandFailure.thrownOut($0, session: session) } ?? self.plugin?.failure(of: plugin)
        }
    }

    /// Asks for the session.
    ///
    /// - Throws: ``CommandFailure``; interrupted when a signal came meanwhile.
    func open() async throws -> OpenedSession {
        do {
            return try await origin.open()
        } catch var failure as CommandFailure where world.signals.first != nil {
            failure.status = .interrupted
            throw failure
        }
    }

    /// Runs the plugin for an open session, and ends the session whatever came of that.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - catching: What waits for signals under way.
    ///   - streams: How the plugin's standard input and output are connected.
    /// - Returns: How plugin and session ended.
    /// - Throws: ``CommandFailure`` when the plugin could not be started; the session has been ended all the same.
    func run(
        _ session: OpenedSession,
        _ catching: SignalPipe.Catching,
        streams: PluginStreams
    ) async throws -> Outcome {
        let keeper = ChannelCredentialKeeper(session.channel.credentials, now: world.now) {
            try await origin.credentials(for: session)
        }
        catching.settle()
        let result: Result<PluginSession.Ending?, any Error>
        do {
            let isWanted = world.signals.first == nil
            result = .success(
                isWanted
                    ? try await PluginSession(
                        session: session,
                        plugin: plugin,
                        keeper: keeper,
                        streams: streams,
                        world: world
                    ).run(catching)
                    : nil
            )
        } catch {
            result = .failure(error)
        }
        let end = await end(session, holding: keeper.held)
        return Outcome(plugin: try result.get(), end: end)
    }

    /// Ends a session; of one that could not be ended the person is told.
    @discardableResult
    func end(_ session: OpenedSession, holding credentials: ChannelCredentials) async -> SessionEnd? {
        do {
            let end = try await origin.end(session, holding: credentials)
            if let remark = end.remark { world.output.tell(remark) }
            return end
        } catch {
            let failure = error as? CommandFailure
            let reason = failure.map { ([$0.what] + $0.why).joined(separator: " ") } ?? "\(error)"
            let request = failure?.requestID.map { " Request: \($0)." } ?? ""
            world.output.tell(
                "Session \(session.name) on \(session.node) may still run until its idle time is over. \(reason)\(request)"
                    + " Next: \(session.toEnd)"
            )
            return nil
        }
    }
}

extension PluginSession.Ending {
    /// What a plugin's end means that was not asked for; nil when the plugin went as it should.
    func failure(of plugin: Plugin) -> CommandFailure? {
        let how: String
        switch process {
        case .exited(0): return nil
        case .exited(let status): how = "ended with status \(status)"
        case .signalled(let signal): how = "was ended by signal \(signal)"
        }
        return wasUsed
            ? CommandFailure(.failed, code: "PLUGIN_FAILED", what: "session-manager-plugin \(how).")
            : CommandFailure(
                .plugin,
                code: "PLUGIN_NOT_STARTED",
                what: "session-manager-plugin \(how) before it had begun.",
                why: ["It is \(plugin.path), version \(plugin.version)."],
                next: "Update the plugin; what it printed above says more."
            )
    }
}

extension CommandFailure {
    /// A signal ended the command.
    static func interrupted(by signal: Int32) -> CommandFailure {
        CommandFailure(.interrupted, code: "INTERRUPTED", what: "Interrupted by \(SignalName.of(signal)).")
    }

    /// Somebody else ended the session, which its user had not done with.
    ///
    /// - Parameters:
    ///   - words: Who and why, one sentence.
    ///   - session: The session.
    /// - Returns: The failure.
    static func thrownOut(_ words: String, session: OpenedSession) -> CommandFailure {
        CommandFailure(
            .failed,
            code: ProblemCode.sessionEnded.rawValue,
            what: words,
            why: ["It was session \(session.name) on \(session.node)."],
            next:
                "Ask your administrators, with the session's id; ssm-broker whoami shows what the role map gives you now."
        )
    }
}

internal import AWSClient
internal import SessionCore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One run of the plugin for a session that is open, from the private folder to its removal.
struct PluginSession: Sendable {
    /// The session.
    let session: OpenedSession
    /// The plugin.
    let plugin: Plugin
    /// What keeps the session's credentials fresh.
    let keeper: ChannelCredentialKeeper
    /// How the plugin's standard input and output are connected.
    let streams: PluginStreams
    /// The rest of the world.
    let world: Dependencies

    /// How the plugin's run ended.
    struct Ending: Sendable, Hashable {
        /// How its process ended.
        let process: ChildProcess.Ending
        /// Whether it got as far as to ask for credentials, or ran for a while.
        let wasUsed: Bool
    }

    /// A plugin that ends with an error within this time, and never asked for credentials, did not start properly.
    private static let startSeconds: Int64 = 5

    /// Runs the plugin until it ends, and gives the terminal its modes back when it was the plugin's.
    ///
    /// - Parameter catching: What waits for signals under way.
    /// - Returns: How the plugin ended.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/plugin`` when it could not be started.
    func run(_ catching: SignalPipe.Catching) async throws -> Ending {
        do {
            let directory = try PrivateDirectory(
                environment: world.environment,
                longestName: streams.longestSocketName.utf8.count
            )
            let result: Result<Ending, any Error>
            do { result = .success(try await run(in: directory, catching)) } catch { result = .failure(error) }
            do {
                try directory.remove()
            } catch {
                world.output.tell(
                    "\(directory.path) could not be removed; it holds no secret. Next: rm -r \(directory.path)"
                )
            }
            return try result.get()
        } catch let error as SystemError {
            throw CommandFailure(
                .plugin,
                code: "PLUGIN_NOT_STARTED",
                what: "session-manager-plugin could not be started.",
                why: [error.description]
            )
        }
    }

    private func run(in directory: PrivateDirectory, _ catching: SignalPipe.Catching) async throws -> Ending {
        let endpoints = try Dependencies.endpoints(world.environment)
        let call = try PluginCall(
            session: session,
            endpoint: endpoints.endpoint(of: .ssm, in: session.region).url,
            environment: world.environment,
            executable: try world.executable(),
            directory: directory
        )
        let server = try ChannelServer(path: "\(directory.path)/\(PluginCall.Name.socket)")
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await server.serve { await Self.message(from: keeper) }
            }
            // The server's task waits for this whatever happens, so it comes on every way out.
            // A renewal under way is given up: nobody is left to use it, and the session is to be ended now.
            defer {
                server.stop()
                group.cancelAll()
            }
            let begun = world.now()
            let process =
                switch streams {
                case .shared: try await runOnTerminal(call, catching)
                case .apart(let piping): try await run(call, apart: piping, catching)
                }
            let lasted = world.now().milliseconds - begun.milliseconds
            let wasUsed = server.wasAsked || lasted >= Self.startSeconds * 1000
            return Ending(process: process, wasUsed: wasUsed)
        }
    }

    private func runOnTerminal(_ call: PluginCall, _ catching: SignalPipe.Catching) async throws -> ChildProcess.Ending
    {
        let modes = Terminal.modes(of: world.terminal)
        let child = try ChildProcess(path: plugin.path, arguments: call.arguments, environment: call.environment)
        // A signal that came before the plugin could get it counts as one that came before: none falls between the two.
        catching.settle()
        world.signals.attach(child)
        let (ending, hang) = await watched(child) { SignalPipe.suspend() }
        world.signals.detach(child)
        // The plugin's own restoring fails on Linux, and a killed plugin restores nothing.
        if let modes { Terminal.restore(modes) }
        if let hang { throw hang }
        return ending
    }

    private func run(
        _ call: PluginCall,
        apart piping: PluginStreams.Piping,
        _ catching: SignalPipe.Catching
    ) async throws -> ChildProcess.Ending {
        let silence = piping.readsInput ? nil : try SilentInput()
        let output = try PacketPipe()
        async let reading: Void = output.read(piping.take)
        let started = Result {
            try ChildProcess(
                path: plugin.path,
                arguments: call.arguments,
                environment: call.environment,
                input: silence?.reader,
                output: output.writer,
                isApart: true
            )
        }
        output.closeWriter()
        let ending: Result<ChildProcess.Ending, any Error>
        switch started {
        case .success(let child):
            catching.settle()
            world.signals.attach(child, meaning: piping.meaning)
            let (end, hang) = await watched(child)
            ending = hang.map { .failure($0) } ?? .success(end)
            world.signals.detach(child)
        case .failure(let error): ending = .failure(error)
        }
        // What the plugin has started could hold its output open for longer than it lives itself.
        output.stop()
        await reading
        return try ending.get()
    }

    /// Waits for a plugin's end, and makes one of it when it hangs in dialling.
    ///
    /// - Returns: How the plugin ended, and why it was ended when it hung.
    private func watched(
        _ child: ChildProcess,
        onStop: @escaping @Sendable () -> Void = {}
    ) async -> (ending: ChildProcess.Ending, hang: CommandFailure?) {
        let watcher = GatewayProbe(streamURL: session.channel.session.streamURL, transport: world.transport)
            .map { DialWatcher(probe: $0, plugin: plugin, world: world) }
        return await withTaskGroup(of: CommandFailure?.self) { group in
            group.addTask { await watcher?.watch(child) }
            let ending = await child.ending(onStop: onStop)
            group.cancelAll()
            return (ending, await group.next() ?? nil)
        }
    }

    private static func message(from keeper: ChannelCredentialKeeper) async -> ChannelMessage {
        do {
            return ChannelMessage(try await keeper.credentials())
        } catch let failure as CommandFailure {
            return .refused(([failure.what] + failure.why).joined(separator: " "))
        } catch {
            return .refused("The session's credentials could not be renewed.")
        }
    }
}

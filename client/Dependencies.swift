internal import AWSClient
internal import HTTPTransport
internal import SessionCore

/// What commands touch outside themselves; `run()` builds the real world, tests another.
struct Dependencies: Sendable {
    /// The variables of the environment.
    var environment: [String: String]
    /// What carries requests to the broker.
    var transport: any HTTPTransport
    /// Where the engineer's credentials come from, for the profile named on the command line.
    ///
    /// It throws a ``CommandFailure`` when the settings of where AWS is cannot be used.
    var credentials: @Sendable (_ profile: String?) throws -> any CredentialSource
    /// The time.
    var now: @Sendable () -> Timestamp
    /// Makes an identifier that nobody can guess.
    var makeID: @Sendable () -> RecordID
    /// Where results and messages go.
    var output: Output
    /// The signals that ask us to end.
    var signals: SignalInbox
    /// Begins to deliver the process's signals to the inbox.
    var beginSignals: @Sendable (SignalInbox) throws -> SignalPipe.Catching
    /// Our own absolute path, for the plugin to call back.
    var executable: @Sendable () throws -> String
    /// The descriptor whose terminal the plugin changes.
    var terminal: Int32
    /// Where the plugin is when the search path has none.
    var installedPlugin: String
    /// Whether a person is at our standard input.
    var isInteractive = true
    /// Where the exit status of a program elsewhere is left, to become ours.
    var remote = RemoteStatus()
    /// What forbids to ask anything, for example `--no-input`; nil when a person may be asked.
    var noInput: String?
    /// Asks the person at the terminal something, and gives their line; nil when nobody is there.
    var ask: @Sendable (_ question: String) -> String? = { _ in nil }
    /// The terminal on which a person may choose from a list; nil when nobody is there.
    var openPicker: @Sendable () -> (any PickerTerminal)? = { nil }
    /// Waits some milliseconds.
    var pause: @Sendable (_ milliseconds: Int) async -> Void = { milliseconds in
        // Nobody cancels the wait; whoever did would only end it early.
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// The option that forbids to ask anything.
    static let noInputOption = "--no-input"
    /// The variable that forbids it for every command, unless it is empty or 0.
    static let noInputVariable = "SSM_BROKER_NO_INPUT"

    /// What forbids to ask anything; nil when nothing does.
    static func noInput(isGiven: Bool, _ environment: [String: String]) -> String? {
        if isGiven { return noInputOption }
        return ["", "0"].contains(environment[noInputVariable] ?? "") ? nil : noInputVariable
    }

    /// Where AWS's services are.
    ///
    /// - Throws: ``CommandFailure`` when a variable names no address.
    static func endpoints(_ environment: [String: String]) throws -> AWSEndpoints {
        do {
            return try AWSEndpoints(environment: environment)
        } catch AWSEndpoints.Rejection.insecure(let variable) {
            throw CommandFailure(
                .usage,
                code: "SETTINGS_INVALID",
                what: "\(variable) begins with http://; only AWS on this machine may be called without TLS.",
                why: ["Credentials would travel in the clear."],
                next: "Write https:// in \(variable), or unset it."
            )
        } catch AWSEndpoints.Rejection.form(let variable) {
            throw CommandFailure(
                .usage,
                code: "SETTINGS_INVALID",
                what: "\(variable) is no address as https://host.",
                next: "Correct \(variable), or unset it."
            )
        }
    }

    /// What commands go by, for the profile named on the command line.
    ///
    /// - Throws: ``CommandFailure`` when the configuration file is wrong.
    func settings(profile: String? = nil) throws -> Settings {
        try Settings(environment: environment, profile: profile)
    }

    /// The broker, for the profile named on the command line.
    ///
    /// - Throws: ``CommandFailure`` when the settings do not say where it is.
    func broker(profile: String?) throws -> BrokerClient {
        let settings = try settings(profile: profile)
        return BrokerClient(
            endpoint: try BrokerEndpoint(settings),
            transport: transport,
            credentials: try credentials(settings.namedProfile),
            now: now,
            signIn: NodeMemory.signIn(profile: settings.namedProfile, environment: environment),
            advice: Advice(settings, environment: environment)
        )
    }
}

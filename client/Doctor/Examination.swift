internal import AWSClient
internal import HTTPTransport
internal import SessionCore

/// Looks at everything that a session needs, in the order in which it is needed.
struct Examination: Sendable {
    let world: Dependencies
    /// The profile named on the command line.
    let profile: String?
    /// The nodes' Region named on the command line.
    let region: String?
    /// The node to look at; nil for none.
    let node: String?

    /// The findings, each told as it comes.
    func run(_ tell: @escaping (Diagnosis) -> Void) async -> [Diagnosis] {
        var findings: [Diagnosis] = []
        let note = { (finding: Diagnosis) in
            findings.append(finding)
            tell(finding)
        }
        let settings = self.settings(note)
        let endpoint = settings.flatMap { self.endpoint($0, note) }
        let hasKeys = await hasCredentials(settings, note)
        let isReached = await self.isReached(endpoint, note)
        let broker = settings.flatMap { _ in try? world.broker(profile: profile) }
        let identity = hasKeys && isReached ? await self.identity(broker, note) : nil
        if identity == nil, !(hasKeys && isReached) {
            note(.skipped("identity", for: hasKeys ? "the broker is not reached" : "there are no credentials"))
        }
        await map(broker, identity, note)
        await plugin(settings, note)
        await gateway(settings, note)
        if let node { await look(at: node, broker, settings, identity, note) }
        return findings
    }

    private func settings(_ note: (Diagnosis) -> Void) -> Settings? {
        do {
            let settings = try world.settings(profile: profile)
            let place = settings.file.map { $0.isThere ? $0.path : "no file; variables alone" } ?? "no file"
            let own = settings.profile.map { "profile \($0.text), from \($0.source.name(of: .profile))" }
            let other = settings.setAside.map { "\($0.variable) goes before profile \($0.profile.text)" }
            note(.ok("settings", "\(place); \(own ?? other ?? "no profile is named")."))
            return settings
        } catch {
            note(.wrong("settings", Self.failure(error)))
            return nil
        }
    }

    private func endpoint(_ settings: Settings, _ note: (Diagnosis) -> Void) -> BrokerEndpoint? {
        do {
            let endpoint = try BrokerEndpoint(settings)
            let source = settings.value(.brokerURL)?.source.name(of: .brokerURL) ?? ""
            note(.ok("address", "\(endpoint.url) in \(endpoint.region), from \(source)."))
            return endpoint
        } catch {
            note(.wrong("address", Self.failure(error)))
            return nil
        }
    }

    private func hasCredentials(_ settings: Settings?, _ note: (Diagnosis) -> Void) async -> Bool {
        do {
            let keys = try await world.credentials(settings?.namedProfile ?? profile).credentials()
            guard !keys.expire(before: world.now()) else {
                let advice = settings.map { Advice($0, environment: world.environment) }
                note(.wrong("credentials", CommandFailure(expired: keys, purpose: "Not usable", next: advice?.signIn)))
                return false
            }
            let end = keys.expiration.map { ", until \($0)" } ?? ""
            guard keys.sessionToken != nil else {
                note(
                    Diagnosis(
                        check: "credentials",
                        state: .advice,
                        says: "\(keys.accessKeyID): long-lived keys, of no permission set.",
                        next: "aws sso login --profile NAME, then add --profile NAME"
                    )
                )
                return true
            }
            note(.ok("credentials", "\(keys.accessKeyID)\(end)."))
            return true
        } catch let failure as CommandFailure {
            note(.wrong("credentials", failure))
        } catch {
            note(.wrong("credentials", CommandFailure(signIn: error, purpose: "Not found")))
        }
        return false
    }

    /// An unsigned request: any answer shows that address, proxy and certificates are right, and tells the time.
    private func isReached(_ endpoint: BrokerEndpoint?, _ note: (Diagnosis) -> Void) async -> Bool {
        guard let endpoint else {
            note(.skipped("network", for: "the broker's address is not known"))
            note(.skipped("clock", for: "nobody tells the time"))
            return false
        }
        // The transport reads the small letters first.
        let way = [("https_proxy", "HTTPS_PROXY"), ("no_proxy", "NO_PROXY"), ("AWS_CA_BUNDLE", "AWS_CA_BUNDLE")]
            .compactMap { names -> String? in
                let name = world.environment[names.0]?.isEmpty == false ? names.0 : names.1
                guard let value = world.environment[name], !value.isEmpty else { return nil }
                return "\(name)=\(Self.withoutPassword(value))"
            }
        do throws(HTTPFailure) {
            let answer = try await world.transport.send(HTTPRequest(method: "GET", url: endpoint.url + "/v1/identity"))
            note(.ok("network", "\(endpoint.host) answers.", why: way.isEmpty ? [] : [way.joined(separator: ", ")]))
            note(Self.clock(answer, world.now()))
            return true
        } catch {
            var failure = CommandFailure(error, host: endpoint.host, purpose: "Not reached", mayHaveStarted: false)
            if !way.isEmpty { failure.explain(way.joined(separator: ", ")) }
            note(.wrong("network", failure))
            note(.skipped("clock", for: "nobody tells the time"))
            return false
        }
    }

    private static func clock(_ answer: HTTPResponse, _ now: Timestamp) -> Diagnosis {
        guard let skew = ClockSkew(of: answer, now: now) else {
            return .skipped("clock", for: "the broker's answer has no date")
        }
        guard !skew.isTooLarge else {
            return .wrong(
                "clock",
                CommandFailure(purpose: "Signatures are refused", skew: skew, said: "", requestID: nil)
            )
        }
        guard skew.seconds.magnitude > 60 else { return .ok("clock", "Right by the broker's, within a minute.") }
        return Diagnosis(
            check: "clock",
            state: .advice,
            says: "\("\(skew)".prefix(1).uppercased())\("\(skew)".dropFirst()).",
            next: "Set it before it is five minutes wrong: timedatectl set-ntp true"
        )
    }

    /// A proxy's address may hold a password.
    private static func withoutPassword(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@") else { return address }
        return "…\(address[at...])"
    }

    static func failure(_ error: any Error) -> CommandFailure {
        error as? CommandFailure ?? CommandFailure(.failed, code: "FAILED", what: "\(error)")
    }
}

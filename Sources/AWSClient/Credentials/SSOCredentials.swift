internal import SessionCore

/// A permission set's keys, by the sign-in that `aws sso login` left in its token cache.
///
/// Source: AWS SDKs and Tools Reference Guide, "IAM Identity Center credential provider"; botocore, `SSOProvider`, `SSOTokenProvider`.
struct SSOCredentials: CredentialSource {
    private let profile: String
    private let account: String
    private let permissionSet: String
    private let startURL: String
    private let region: Region
    /// The `[sso-session]` that the profile names; nil for the older form, where the profile says it all.
    private let session: String?
    private let cache: SSOTokenCache
    private let client: AWSClient

    /// A token is renewed when less than this is left of it, in seconds.
    static let renewalWindow: Int64 = 15 * 60

    /// Reads the settings; nil when the profile does not sign in this way.
    ///
    /// - Throws: ``CredentialsNotFound`` when it does and lacks something.
    init?(
        profile: String,
        files: SharedFiles,
        environment: [String: String],
        client: AWSClient
    ) throws(CredentialsNotFound) {
        let options = files.profile(profile) ?? [:]
        guard options["sso_account_id"] != nil || options["sso_role_name"] != nil else { return nil }
        let reject = { (reason: String) in
            CredentialsNotFound(
                tried: [
                    .init(source: "profile \(profile)", reason: reason, fix: "aws configure sso --profile \(profile)")
                ]
            )
        }
        var all = options
        session = options["sso_session"]
        if let session {
            guard let shared = files.ssoSessions[session] else {
                throw reject("its sso_session \(session) does not exist")
            }
            for (name, value) in shared {
                guard all[name] == nil || all[name] == value else {
                    throw reject("it and its sso_session \(session) differ in \(name)")
                }
                all[name] = value
            }
        }
        let needed = ["sso_role_name", "sso_account_id", "sso_start_url", "sso_region"]
        let missing = needed.filter { all[$0] == nil }
        guard missing.isEmpty, let role = all["sso_role_name"], let account = all["sso_account_id"],
            let startURL = all["sso_start_url"], let region = all["sso_region"]
        else { throw reject("it signs in through IAM Identity Center and lacks \(missing.joined(separator: ", "))") }
        do {
            self.region = try Region(region)
        } catch {
            throw reject("its sso_region \(region) is no Region")
        }
        self.profile = profile
        self.account = account
        permissionSet = role
        self.startURL = startURL
        cache = SSOTokenCache(environment: environment)
        self.client = client
    }

    func credentials() async throws -> AWSCredentials {
        let token = try await accessToken()
        do {
            return try await SSOPortal(client: client, region: region)
                .roleCredentials(permissionSet: permissionSet, account: account, accessToken: token)
        } catch let error as AWSFailure {
            switch error.code {
            case "UnauthorizedException": throw signIn("IAM Identity Center does not accept the sign-in any more")
            case "ForbiddenException":
                throw CredentialsNotFound(
                    tried: [
                        .init(
                            source: place,
                            reason: "you do not hold permission set \(permissionSet) in account \(account)",
                            fix: "aws configure sso --profile \(profile)"
                        )
                    ]
                )
            default: throw CredentialsNotFound(tried: [.init(source: place, reason: error.words)])
            }
        }
    }

    private var place: String { "IAM Identity Center for profile \(profile)" }

    private func signIn(_ reason: String) -> CredentialsNotFound {
        CredentialsNotFound(tried: [.init(source: place, reason: reason, fix: "aws sso login --profile \(profile)")])
    }

    /// The cached token, renewed when it is about to end and can be.
    private func accessToken() async throws -> Secret<String> {
        let path = cache.path(of: session ?? startURL)
        let token: SSOToken
        do {
            token = try cache.read(path)
        } catch {
            throw signIn(
                error == .missing ? "there is no sign-in yet (\(path))" : "\(path) is no sign-in of the AWS CLI"
            )
        }
        let now = client.now()
        if session != nil, token.expiresAt < now.advanced(bySeconds: Self.renewalWindow),
            let refresh = token.refresh(at: now)
        {
            if let fresh = await renew(token, by: refresh, at: path) { return fresh }
        }
        guard token.expiresAt > now else { throw signIn("the sign-in ended at \(token.expiresAt)") }
        return token.accessToken
    }

    /// Renews a token; nil when that fails, and then the one at hand may still do.
    private func renew(_ token: SSOToken, by refresh: SSOOIDC.Refresh, at path: String) async -> Secret<String>? {
        guard let fresh = try? await SSOOIDC(client: client, region: region).token(refresh) else { return nil }
        let ends = client.now().advanced(bySeconds: fresh.expiresIn)
        // What cannot be kept is good for this run all the same.
        try? cache.write(token.renewed(fresh, until: ends), to: path)
        return fresh.accessToken
    }
}

/// What a profile of the shared files says besides credentials.
public struct ProfileOptions: Sendable, Hashable {
    /// The profile's name.
    public let profile: String
    private let options: [String: String]

    /// Reads a profile; one that is not there, or whose files cannot be read, says nothing: whoever asks for its credentials hears why.
    ///
    /// - Parameters:
    ///   - profile: The name; nil for the environment's, or `default`.
    ///   - environment: Says where the files are.
    public init(profile: String?, environment: [String: String]) {
        self.profile = profile ?? SharedFiles.profile(environment: environment)
        // The reason is told with the credentials, which the same files hold.
        let files = try? SharedFiles(environment: environment)
        options = files?.profile(self.profile) ?? [:]
        var name = self.profile
        var visited: Set<String> = []
        var signsIn = false
        while !signsIn, visited.insert(name).inserted, let found = files?.profile(name) {
            signsIn = found["sso_account_id"] != nil || found["sso_role_name"] != nil
            if !signsIn, let source = found["source_profile"] { name = source }
        }
        identityCenterProfile = signsIn ? name : nil
    }

    /// The profile whose sign-in through IAM Identity Center these credentials come from, itself or by its source profiles; nil when
    /// they come from elsewhere.
    public let identityCenterProfile: String?

    /// The Region that the AWS CLI would call; nil when the profile names none.
    public var region: String? { options["region"].flatMap { $0.isEmpty ? nil : $0 } }

    /// The environment with the profile's choice of endpoints in it, where the environment makes none.
    ///
    /// Source: AWS SDKs and Tools Reference Guide, "Dual-stack and FIPS endpoints": the variables go before the profile.
    public func completing(_ environment: [String: String]) -> [String: String] {
        var completed = environment
        for (variable, option) in [
            (AWSEndpoints.Key.fips, "use_fips_endpoint"), (AWSEndpoints.Key.dualStack, "use_dualstack_endpoint"),
        ] where environment[variable] == nil {
            completed[variable] = options[option]
        }
        return completed
    }
}

internal import SessionCore

/// The keys that stand in one of the shared files.
struct ProfileKeys: Sendable {
    /// Where the file is.
    let path: String
    /// The profile.
    let profile: String
    /// The file's profiles; nil when there is no such file.
    let file: [String: [String: String]]?

    /// The keys; nil, and a reason more, when there are none.
    func read(_ tried: inout [CredentialsNotFound.Attempt]) throws(CredentialsNotFound) -> AWSCredentials? {
        guard let file else {
            tried.append(attempt("there is no such file"))
            return nil
        }
        guard let options = file[profile] else {
            tried.append(attempt("there is no such profile"))
            return nil
        }
        guard let accessKeyID = options["aws_access_key_id"] else {
            tried.append(attempt("it has no aws_access_key_id"))
            return nil
        }
        guard let secret = options["aws_secret_access_key"], !secret.isEmpty, !accessKeyID.isEmpty else {
            throw CredentialsNotFound(tried: tried + [attempt("it has only a part of the keys")])
        }
        return AWSCredentials(
            accessKeyID: accessKeyID,
            secretAccessKey: Secret(secret),
            // In this order, the older name first, as botocore has it.
            sessionToken: (options["aws_security_token"] ?? options["aws_session_token"]).map { Secret($0) }
        )
    }

    private func attempt(_ reason: String) -> CredentialsNotFound.Attempt {
        .init(source: "profile \(profile) in \(path)", reason: reason)
    }
}

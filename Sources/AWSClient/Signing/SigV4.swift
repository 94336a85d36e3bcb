internal import Digests
public import HTTPTransport
public import SessionCore

/// AWS Signature Version 4: who signs, for which service and Region.
///
/// Source: IAM User Guide, "AWS Signature Version 4 for API requests".
public struct SigV4: Sendable {
    /// Why a request cannot be signed.
    public enum Rejection: Error, Sendable, Hashable {
        /// The URL is no plain `http` or `https` address.
        case url
        /// A header of this name has a line break in it, which would send another header than was signed.
        case header(String)
    }

    private static let algorithm = "AWS4-HMAC-SHA256"

    private let credentials: AWSCredentials
    private let service: String
    private let region: String

    /// Makes a signer.
    ///
    /// - Parameters:
    ///   - credentials: Who signs.
    ///   - service: The signing name, for example `execute-api`, `lambda`, `ssm`.
    ///   - region: The Region's name in the signature.
    public init(credentials: AWSCredentials, service: String, region: String) {
        self.credentials = credentials
        self.service = service
        self.region = region
    }

    /// Signs a request; a signature that it carries already is replaced, so a retry can be signed again.
    ///
    /// `Host`, `X-Amz-Date`, `X-Amz-Security-Token` and `Authorization` are added; what else the request has is
    /// signed as it stands.
    ///
    /// - Parameters:
    ///   - request: The request, its URL percent-encoded as it will be sent.
    ///   - moment: The time of signing; AWS accepts it for about five minutes.
    /// - Returns: The request with the headers that prove it.
    /// - Throws: ``Rejection`` when it cannot be sent as it would be signed.
    public func sign(_ request: HTTPRequest, at moment: Timestamp) throws(Rejection) -> HTTPRequest {
        guard let target = RequestTarget(url: request.url) else { throw .url }
        if let broken = request.headers.first(where: {
            $0.value.unicodeScalars.contains { "\r\n\0".unicodeScalars.contains($0) }
        }) {
            throw .header(broken.name)
        }
        let replaced: Set<String> = ["authorization", "x-amz-date", "x-amz-security-token"]
        var signed = request
        signed.headers.removeAll { replaced.contains($0.name.lowercased()) }
        if !signed.headers.contains(where: { $0.name.lowercased() == "host" }) {
            // Given rather than left to the client, so that what is signed is what is sent.
            signed.headers.append(HTTPHeader("Host", target.host))
        }
        let date = moment.basicFormat
        signed.headers.append(HTTPHeader("X-Amz-Date", date))
        if let token = credentials.sessionToken {
            signed.headers.append(HTTPHeader("X-Amz-Security-Token", token.reveal()))
        }
        let canonical = CanonicalRequest(signed, target: target)
        let scope = "\(date.prefix(8))/\(region)/\(service)/aws4_request"
        let authorization =
            "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(canonical.signedHeaders), "
            + "Signature=\(signature(of: canonical, date: date, scope: scope))"
        signed.headers.append(HTTPHeader("Authorization", authorization))
        return signed
    }

    private func signature(of canonical: CanonicalRequest, date: String, scope: String) -> String {
        let digest = Hexadecimal.text(SHA256.hash(canonical.text.utf8))
        let stringToSign = [Self.algorithm, date, scope, digest].joined(separator: "\n")
        var key = Array("AWS4\(credentials.secretAccessKey.reveal())".utf8)
        for part in [String(date.prefix(8)), region, service, "aws4_request"] {
            key = SHA256.authenticate(key: key, message: part.utf8)
        }
        return Hexadecimal.text(SHA256.authenticate(key: key, message: stringToSign.utf8))
    }
}

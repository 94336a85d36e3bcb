#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Which authorities may vouch for a server.
public enum CertificateTrust: Sendable, Hashable {
    /// A directory in which OpenSSL finds each certificate by the hash of its name.
    case directory(String)
    /// One file with all certificates.
    case bundle(String)
    /// What libcurl was built with.
    case builtIn

    /// What stands at a path, as far as the choice needs to know.
    enum Place: Sendable, Hashable {
        case nothing
        case file
        case directory
        case hashedDirectory
    }

    /// Where systems keep hashed directories, the most common first.
    static let directories = [
        "/etc/ssl/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash", "/etc/pki/tls/certs",
    ]

    /// Where systems keep bundles, the most common first.
    static let bundles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
    ]

    /// Chooses.
    ///
    /// A path that was asked for is taken as it is, so that a wrong one fails rather than trusting somebody else.
    /// Otherwise a hashed directory goes
    /// before a bundle: OpenSSL parses a whole bundle anew for every new host, about 16 ms for the usual 140 roots.
    ///
    /// - Parameters:
    ///   - asked: The value of `AWS_CA_BUNDLE`; nil or empty for none.
    ///   - look: Says what stands at a path.
    /// - Returns: The first that is there.
    static func choose(asked: String?, look: (String) -> Place) -> CertificateTrust {
        if let asked, !asked.isEmpty {
            switch look(asked) {
            case .directory, .hashedDirectory: return .directory(asked)
            case .file, .nothing: return .bundle(asked)
            }
        }
        if let directory = directories.first(where: { look($0) == .hashedDirectory }) { return .directory(directory) }
        if let bundle = bundles.first(where: { look($0) == .file }) { return .bundle(bundle) }
        return .builtIn
    }

    /// Whether a file name is one that OpenSSL looks for: eight hexadecimal digits, a dot, a number.
    static func isHashed(_ name: some StringProtocol) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 8, !parts[1].isEmpty else { return false }
        return parts[0].utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// What stands at a path of this machine.
    static func look(_ path: String) -> Place {
        var status = stat()
        guard stat(path, &status) == 0 else { return .nothing }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .file }
        guard let directory = opendir(path) else { return .directory }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if isHashed(name) { return .hashedDirectory }
        }
        return .directory
    }
}

import Foundation
import HTTPTransport
import Testing

@testable import CurlTransport

@Suite("trust")
struct TrustTests {
    struct Choice: Sendable, CustomTestStringConvertible {
        let why: String
        var asked: String?
        let places: [String: CertificateTrust.Place]
        let trust: CertificateTrust

        var testDescription: String { why }
    }

    static let choices = [
        Choice(
            why: "Debian: hashed links beside the bundle",
            places: ["/etc/ssl/certs": .hashedDirectory, "/etc/ssl/certs/ca-certificates.crt": .file],
            trust: .directory("/etc/ssl/certs")
        ),
        Choice(
            why: "Amazon Linux: a directory without hashes, and a bundle in it",
            places: [
                "/etc/ssl/certs": .directory, "/etc/pki/tls/certs": .directory,
                "/etc/pki/tls/certs/ca-bundle.crt": .file,
            ],
            trust: .bundle("/etc/pki/tls/certs/ca-bundle.crt")
        ),
        Choice(
            why: "newer Fedora: hashes in a directory of their own",
            places: [
                "/etc/ssl/certs": .directory, "/etc/pki/ca-trust/extracted/pem/directory-hash": .hashedDirectory,
                "/etc/pki/tls/certs/ca-bundle.crt": .file,
            ],
            trust: .directory("/etc/pki/ca-trust/extracted/pem/directory-hash")
        ),
        Choice(why: "nothing known", places: [:], trust: .builtIn),
        Choice(
            why: "a bundle that was asked for",
            asked: "/ours.pem",
            places: ["/ours.pem": .file, "/etc/ssl/certs": .hashedDirectory],
            trust: .bundle("/ours.pem")
        ),
        Choice(
            why: "a directory that was asked for",
            asked: "/ours",
            places: ["/ours": .directory],
            trust: .directory("/ours")
        ),
        Choice(
            why: "what was asked for is not there, and nothing takes its place",
            asked: "/gone.pem",
            places: ["/etc/ssl/certs": .hashedDirectory],
            trust: .bundle("/gone.pem")
        ),
        Choice(
            why: "an empty wish is none",
            asked: "",
            places: ["/etc/ssl/cert.pem": .file],
            trust: .bundle("/etc/ssl/cert.pem")
        ),
    ]

    @Test("the authorities are those asked for, else a hashed directory, else a bundle", arguments: choices)
    func chooses(_ choice: Choice) {
        #expect(CertificateTrust.choose(asked: choice.asked) { choice.places[$0] ?? .nothing } == choice.trust)
    }

    @Test("OpenSSL's names are told from others")
    func names() {
        for name in ["002c0b4f.0", "ffffffff.12"] { #expect(CertificateTrust.isHashed(name)) }
        for name in ["002c0b4f", "002c0b4f.pem", "002C0B4F.0", "02c0b4f.0", "002c0b4f.0.bak", "002c0b4f.", ".", ".."] {
            #expect(!CertificateTrust.isHashed(name))
        }
    }

    @Test("a server is believed only when the authorities vouch for it, by bundle or by directory")
    func handshakes() async throws {
        let folder = try TemporaryFolder()
        let server = try TLSServer(in: folder)
        let request = HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/")
        for trust in [CertificateTrust.bundle(server.certificate), .directory(server.hashedDirectory)] {
            let response = try await CurlTransport(trust: trust, environment: [:]).send(request)
            #expect(response.status == 200)
        }
        let stranger = "https://localhost:\(server.port)/"
        let distrusting: [(CertificateTrust, String)] = [
            (.builtIn, request.url), (.directory(folder.path), request.url),
            (.bundle("\(folder.path)/gone.pem"), request.url),
            (.bundle(server.certificate), stranger),
        ]
        for (trust, url) in distrusting {
            let failure = await #expect(throws: HTTPFailure.self) {
                try await CurlTransport(trust: trust, environment: [:]).send(HTTPRequest(method: "GET", url: url))
            }
            #expect(failure?.kind == .untrusted)
            #expect(failure?.mayHaveReachedServer == false)
        }
    }

    @Test("AWS_CA_BUNDLE is read from the environment given")
    func fromEnvironment() async throws {
        let folder = try TemporaryFolder()
        let server = try TLSServer(in: folder)
        let transport = CurlTransport(environment: ["AWS_CA_BUNDLE": server.certificate])
        #expect(
            try await transport.send(HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/")).status == 200
        )
    }

    @Test("a warmed TLS connection is the one that the first request uses")
    func warms() async throws {
        let folder = try TemporaryFolder()
        let server = try TLSServer(in: folder)
        let transport = CurlTransport(trust: .bundle(server.certificate), environment: [:])
        let url = "https://127.0.0.1:\(server.port)/"
        try await transport.warm(url)
        // The server answers with the number of its connection and of the request on it.
        let response = try await transport.send(HTTPRequest(method: "GET", url: url))
        #expect(String(decoding: response.body, as: UTF8.self) == "1 1")
    }

    @Test("this machine's own certificates are found and hold")
    func machine() {
        let trust = CertificateTrust.choose(asked: nil, look: CertificateTrust.look)
        switch trust {
        case .directory(let path): #expect(CertificateTrust.look(path) == .hashedDirectory)
        case .bundle(let path): #expect(CertificateTrust.look(path) == .file)
        case .builtIn: break
        }
    }
}

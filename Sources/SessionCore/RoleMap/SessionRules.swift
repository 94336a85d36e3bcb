extension RoleMap {
    /// Which commands may be run.
    public struct CommandRule: Sendable, Hashable {
        /// The command lines, each of which fits one of these; empty for all.
        public var patterns: [AnchoredPattern] = []
        /// Whether commands run in a terminal, by way of `sh -c`, or without either.
        public var usesTerminal = false

        /// Whether a command line may be run.
        public func admits(_ command: String) -> Bool {
            SessionParameters.isCommand(command) && (patterns.isEmpty || patterns.contains { $0.fits(command) })
        }
    }

    /// Which ports may be forwarded, of which machines.
    public struct PortRule: Sendable, Hashable {
        /// A machine, or all machines with one label before a domain.
        public enum Host: Sendable, Hashable, CustomStringConvertible {
            /// A name or an IPv4 address, in small letters.
            case exact(String)
            /// One label and this domain: `*.db.internal` is `db.internal` here.
            case anyLabel(String)

            /// Whether this is it, or one of them; `name` is a host's as a request has it.
            public func admits(_ name: String) -> Bool {
                switch self {
                case .exact(let own): return name == own
                case .anyLabel(let domain):
                    let label = name.prefix { $0 != "." }
                    return !label.isEmpty && name.dropFirst(label.count) == ".\(domain)" && Self.isName(name)
                }
            }

            /// The node, by the name that each has for itself.
            public static let node = Host.exact("localhost")

            /// The host as it stands in the map.
            public var description: String {
                switch self {
                case .exact(let name): name
                case .anyLabel(let domain): "*.\(domain)"
                }
            }
        }

        /// The ports; at least one.
        public var remote: [ClosedRange<Int>]
        /// The machines that are reached from the node; empty for the node itself, which a list includes only as `localhost`.
        public var hosts: [Host] = []

        /// Whether a port may be reached, on whatever machine.
        public func admits(port: Int) -> Bool { remote.contains { $0.contains(port) } }

        /// Whether a machine may be reached; nil for the node itself.
        public func admits(host: String?) -> Bool {
            let name = host ?? Host.node.description
            return (hosts.isEmpty ? [.node] : hosts).contains { $0.admits(name) }
        }

        /// The pattern that exactly these ports fit.
        public var portPattern: String {
            "^(?:\(remote.flatMap(NumberPattern.alternatives).joined(separator: "|")))$"
        }

        /// The pattern that exactly these hosts fit; nil for the node itself.
        public var hostPattern: String? {
            guard !hosts.isEmpty else { return nil }
            let alternatives = hosts.map { host in
                let (label, name) =
                    switch host {
                    case .exact(let name): ("", name)
                    case .anyLabel(let domain): ("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.", domain)
                    }
                return label + name.split(separator: ".").joined(separator: "\\.")
            }
            return "^(?:\(alternatives.joined(separator: "|")))$"
        }
    }

    /// Where transcripts go.
    ///
    /// Texts may hold `${account}` and `${region}`.
    public struct Logging: Sendable, Hashable {
        /// The CloudWatch log group; nil for none.
        public var cloudWatchLogGroup: String?
        /// The S3 bucket; nil for none.
        public var s3Bucket: String?
        /// What the objects' keys begin with; nil for nothing.
        public var s3KeyPrefix: String?
        /// The KMS key that encrypts the session's data; nil for TLS alone.
        public var kmsKey: String?

        /// Whether a transcript is kept.
        public var keepsTranscript: Bool { cloudWatchLogGroup != nil || s3Bucket != nil }
    }

    /// The logging that central configuration gives to accounts, and entries inherit.
    public struct AccountLogging: Sendable, Hashable {
        /// For every account that is not named.
        public var standard = Logging()
        /// For these accounts, instead.
        public var accounts: [AccountID: Logging] = [:]
    }

    /// Where an entry's transcripts go.
    public enum LoggingRule: Sendable, Hashable {
        /// Where the account's go, as central configuration says.
        case inherit(AccountLogging)
        /// Where the entry says.
        case explicit(Logging)

        /// The logging in an account; nil for accounts that are not named.
        public func logging(in account: AccountID?) -> Logging {
            switch self {
            case .inherit(let central): account.flatMap { central.accounts[$0] } ?? central.standard
            case .explicit(let logging): logging
            }
        }
    }
}

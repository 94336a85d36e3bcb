internal import ArgumentParser
internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The names of nodes that a shell offers while one is being typed: what the last list had, and nothing that takes a request.
enum NodeCompletion {
    /// How long the names of a list are offered, in seconds: a node that is gone is not to be offered for long.
    static let freshSeconds: Int64 = 300

    /// How a shell is told of them.
    static let kind = CompletionKind.custom { words, _, prefix in candidates(words: words, prefix: prefix) }

    /// What fits the word that is being typed.
    ///
    /// - Parameters:
    ///   - words: The command line so far.
    ///   - prefix: What was typed of the word.
    /// - Returns: Names, or ids of nodes without a name of their own.
    static func candidates(words: [String], prefix: String) -> [String] {
        candidates(
            words: words,
            prefix: prefix,
            environment: ProcessInfo.processInfo.environment,
            now: Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
        )
    }

    static func candidates(
        words: [String],
        prefix: String,
        environment: [String: String],
        now: Timestamp
    ) -> [String] {
        let content = NodeMemoryFile(environment: environment).read()
        // Settings that are wrong are told by the command; a shell only completes.
        guard let settings = try? Settings(environment: environment, profile: option("--profile", in: words)),
            let broker = try? BrokerEndpoint(settings),
            let region = try? settings.nodeRegion(flag: option("--region", in: words), of: "")
        else { return [] }
        let signIn = NodeMemory.signIn(profile: settings.namedProfile, environment: environment)
        guard let identity = content.signIns["\(broker.url) \(signIn)"] else { return [] }
        let key = NodeMemoryContent.Place.key(broker.url, identity.account, identity.permissionSet, region)
        guard let place = content.places[key], now < place.listed.advanced(bySeconds: freshSeconds) else { return [] }
        let counts = Dictionary(grouping: place.names.compactMap(\.name)) { $0 }.mapValues(\.count)
        let offered = place.names.map { node in
            // A name that several have, or that a shell would take apart, is of no use on a command line.
            node.name.flatMap { counts[$0] == 1 && isPlain($0) ? $0 : nil } ?? node.id.text
        }
        let ids = place.names.map(\.id.text)
        let all = prefix.hasPrefix("i-") || prefix.hasPrefix("mi-") ? Array(Set(offered + ids)) : offered
        return all.filter { $0.hasPrefix(prefix) }.sorted()
    }

    private static func option(_ name: String, in words: [String]) -> String? {
        if let joined = words.last(where: { $0.hasPrefix("\(name)=") }) {
            return String(joined.dropFirst(name.count + 1))
        }
        return words.lastIndex(of: name).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
    }

    private static func isPlain(_ name: String) -> Bool {
        name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/@+".contains($0)) }
    }
}

internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The file in which nodes are remembered: its owner's alone, replaced whole, and never in anybody's way.
struct NodeMemoryFile: Sendable {
    private static let folder = "ssm-broker"
    private static let name = "nodes.json"
    /// The largest file that is read; ours is far smaller.
    private static let maximumBytes = 1 << 20

    /// The folder for caches; nil when nothing says where it is.
    private let caches: String?

    /// Names the file.
    ///
    /// Source: XDG Base Directory Specification: `$XDG_CACHE_HOME`, otherwise `$HOME/.cache`; a path that is not absolute is none.
    init(environment: [String: String]) {
        let path = { (name: String) in environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        caches = path("XDG_CACHE_HOME") ?? path("HOME").map { $0 + "/.cache" }
    }

    /// The file's path; nil when nothing says where it is.
    var path: String? { caches.map { "\($0)/\(Self.folder)/\(Self.name)" } }

    /// What is remembered; nothing where there is no file of ours.
    func read() -> NodeMemoryContent {
        guard let path else { return NodeMemoryContent() }
        // What another user wrote, or could have written, is not what we remember; broken content is forgotten with the next change.
        guard let bytes = try? OwnFile.read(path, limit: Self.maximumBytes, followsLink: false),
            let json = try? JSON(parsing: bytes)
        else {
            return NodeMemoryContent()
        }
        return NodeMemoryContent(json: json)
    }

    /// Changes what is remembered.
    ///
    /// Of two that change it at once, the later one wins: what the other one remembered is seen again soon.
    func change(_ body: (inout NodeMemoryContent) -> Void) {
        guard let caches else { return }
        var content = read()
        body(&content)
        let folder = "\(caches)/\(Self.folder)"
        // A cache that cannot be written costs a look-up next time, and no more.
        try? FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        try? OwnFile.replace(Self.name, in: folder, with: content.json.canonicalBytes)
    }
}

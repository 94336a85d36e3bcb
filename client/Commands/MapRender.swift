internal import ArgumentParser
internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// `ssm-broker map render`.
struct MapRender: BrokerCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Write every session document of the map, and the map as the broker reads it.",
        discussion: """
            Writes one file for each session document beside the map, in which ${account}
            and ${region} stand for the place where it will be, and removes the files of
            documents that the map no longer has. With --output the files go to another
            folder, and role-map.json, which the broker reads, with them.

            Examples:
              ssm-broker map render
              ssm-broker map render --output build
            """
    )

    @OptionGroup var source: MapOptions
    @Option(help: ArgumentHelp("The folder to write to; it is made when missing.", valueName: "folder"))
    var output: String?

    var format: OutputFormat { .table }

    func validate() throws {
        if output?.isEmpty == true {
            throw ValidationError("--output names no folder; leave it out to write beside the map.")
        }
    }

    func run(in world: Dependencies) async throws {
        let map = try RoleMapFile(path: source.file).map
        let beside = URL(fileURLWithPath: source.file).deletingLastPathComponent()
        let folder = output.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? beside
        let rendered = RenderedFiles(map, isCompiled: output != nil)
        let shown = output ?? Self.folder(of: source.file)
        let stale: [String]
        do {
            stale = try rendered.write(to: folder)
        } catch {
            throw CommandFailure(
                .failed,
                code: "FILE_UNWRITABLE",
                what: "\(shown) cannot be written to.",
                next: "Name a folder that you may write to with --output."
            )
        }
        world.output.result(rendered.files.map { Printable.line("\(shown)/\($0.name)") + "\n" }.joined())
        for name in stale { world.output.tell("removed \(shown)/\(name), which the map no longer has") }
    }

    /// The folder as the person wrote it.
    private static func folder(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        guard let first = parts.first else { return "." }
        return parts.count == 1 && first.isEmpty ? "" : parts.joined(separator: "/")
    }
}

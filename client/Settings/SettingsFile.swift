internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The configuration file on disk.
struct SettingsFile: Sendable, Hashable {
    enum Key {
        static let file = "SSM_BROKER_CONFIG_FILE"
        static let base = "XDG_CONFIG_HOME"
        static let home = "HOME"
    }

    /// The largest file that is read; a person's has a few hundred bytes.
    private static let maximumBytes = 65_536

    /// Where it is, or would be.
    let path: String
    /// What it holds; nothing when it is not there.
    var text: SettingsText
    /// Whether it is there.
    let isThere: Bool

    /// Where the file is looked for; nil when nothing says where the person's files are.
    ///
    /// Source: XDG Base Directory Specification: a relative `XDG_CONFIG_HOME` does not count.
    static func path(_ environment: [String: String]) -> String? {
        if let named = environment[Key.file], !named.isEmpty { return named }
        if let base = environment[Key.base], base.hasPrefix("/") { return "\(base)/ssm-broker/config" }
        guard let home = environment[Key.home], home.hasPrefix("/") else { return nil }
        return "\(home == "/" ? "" : home)/.config/ssm-broker/config"
    }

    /// Reads the file as it is, mistakes and all; nil when nothing says where it is.
    ///
    /// - Throws: ``CommandFailure`` when it is there and cannot be read.
    static func read(_ environment: [String: String]) throws -> SettingsFile? {
        guard let path = path(environment) else { return nil }
        let content: [UInt8]
        do {
            content = try OwnFile.read(path, limit: maximumBytes)
        } catch .missing {
            return SettingsFile(path: path, text: SettingsText(), isThere: false)
        } catch {
            throw unusable(path, refusal: error)
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw unusable(
                path,
                ["It is no UTF-8 text."],
                next: "Correct it, or take it away and run ssm-broker configure."
            )
        }
        return SettingsFile(path: path, text: SettingsText(text), isThere: true)
    }

    /// Refuses a file with mistakes in it.
    ///
    /// - Throws: ``CommandFailure`` with all of them, each with its line.
    func checked() throws -> SettingsFile {
        guard text.mistakes.isEmpty else {
            let most = 10
            let why = text.mistakes.prefix(most).map { "\(path):\($0.line): \($0.text)." }
            let rest = text.mistakes.count > most ? ["\(text.mistakes.count - most) more follow."] : []
            throw Self.unusable(path, why + rest, next: "Correct the file; ssm-broker configure --help shows its form.")
        }
        return self
    }

    /// Puts the text in the place of the file, which keeps its mode; a new one is for its owner alone.
    ///
    /// - Throws: ``CommandFailure``.
    func write() throws {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        do {
            try FileManager.default.createDirectory(
                atPath: folder.isEmpty ? "/" : folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try ResultFile.write(Array(text.text.utf8), to: path, keepsMode: true)
        } catch {
            throw CommandFailure(
                .failed,
                code: "SETTINGS_NOT_WRITTEN",
                what: "\(path) was not written.",
                why: ["\((error as? SystemError)?.description ?? "Its folder cannot be made.")"],
                next: "Make \(folder) writable, or name another file in \(Key.file)."
            )
        }
    }

    /// It names the broker, which is believed, and the plugin, which is run: whoever can write it acts as its owner.
    private static func unusable(_ path: String, refusal: OwnFile.Refusal) -> CommandFailure {
        switch refusal {
        case .notOurs:
            unusable(path, ["Neither you nor root owns it."], next: "Take it away, or own it: chown \"$USER\" \(path)")
        case .othersWrite:
            unusable(path, ["Others may write it, and it says which programs are run."], next: "chmod go-w \(path)")
        case .tooLarge(let limit):
            unusable(path, ["It has more than \(limit) bytes."], next: "Take it away and run ssm-broker configure.")
        case .notAFile: unusable(path, ["It is no file."], next: "Take it away: \(path)")
        case .missing: unusable(path, ["It is not there."], next: "Run ssm-broker configure.")
        case .refused(let reason): unusable(path, ["\(reason)."], next: "Make it readable, or take it away: \(path)")
        }
    }

    private static func unusable(_ path: String, _ why: [String], next: String) -> CommandFailure {
        CommandFailure(
            .usage,
            code: "SETTINGS_INVALID",
            what: "The configuration file \(path) cannot be used.",
            why: why,
            next: next
        )
    }
}

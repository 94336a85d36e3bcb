import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What all shipped Swift has in common, read from the files themselves.
@Suite struct HouseTests {
    struct Source: Sendable {
        let path: String
        let lines: [Substring]
    }

    /// Every file of these kinds that is shipped.
    static func sources(_ kinds: Set<String> = ["swift"]) throws -> [Source] {
        let paths = try ["Sources", "client"].flatMap { top in
            try FileManager.default.subpathsOfDirectory(atPath: Repository.root.appending(path: top).path)
                .filter { kinds.contains(URL(fileURLWithPath: $0).pathExtension) }.map { "\(top)/\($0)" }
        }
        return try paths.sorted().map { path in
            let text = String(decoding: try Repository.bytes(path), as: UTF8.self)
            return Source(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    /// The module that a line imports; nil for any other line.
    static func module(_ line: Substring) -> Substring? {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), words[..<place].allSatisfy(isModifier) else { return nil }
        let declarations: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return words[(place + 1)...].first { !declarations.contains($0) }?.split(separator: ".").first
    }

    /// Whether code, not a comment, uses a name that is not the end of a longer one.
    static func uses(_ name: String, in line: Substring) -> Bool {
        let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
        return code.ranges(of: name).contains { range in
            guard name.first?.isLetter == true, let before = code[..<range.lowerBound].last else { return true }
            return !(before.isLetter || before.isNumber || before == "_")
        }
    }

    private static func isModifier(_ word: Substring) -> Bool {
        ["internal", "private", "fileprivate", "package", "public"].contains(word) || word.hasPrefix("@")
    }

    @Test("no file has more than 250 lines")
    func size() throws {
        let sources = try Self.sources(["swift", "h", "c", "modulemap"])
        #expect(sources.count > 40)
        #expect(sources.filter { $0.lines.count > 251 }.map(\.path) == [])
    }

    @Test("Foundation is imported only where FoundationEssentials cannot be")
    func foundation() throws {
        for source in try Self.sources() {
            for (index, line) in source.lines.enumerated() where Self.module(line) == "Foundation" {
                let before = source.lines[..<index].suffix(3)
                #expect(
                    before.first == "#if canImport(FoundationEssentials)" && before.last == "#else"
                        && before.dropFirst().first.flatMap(Self.module) == "FoundationEssentials",
                    "\(source.path):\(index + 1)"
                )
            }
        }
    }

    @Test(
        "no name is used that only full Foundation has",
        arguments: [
            "String(format:", "JSONSerialization", "NSLock", "FileHandle", "DateFormatter", "ISO8601DateFormatter",
            "Process(", "Thread(", "URLSession", "NSRegularExpression", ".trimmingCharacters(", ".range(of:",
        ]
    )
    func fullFoundation(_ name: String) throws {
        for source in try Self.sources() {
            for (index, line) in source.lines.enumerated() where Self.uses(name, in: line) {
                Issue.record("\(source.path):\(index + 1) uses \(name)")
            }
        }
    }

    @Test("the values and rules import nothing but digests and FoundationEssentials")
    func core() throws {
        for source in try Self.sources() where source.path.hasPrefix("Sources/SessionCore/") {
            let modules = Set(source.lines.compactMap(Self.module)).subtracting(["Digests", "FoundationEssentials"])
            #expect(modules.isSubset(of: ["Foundation"]), "\(source.path)")
        }
    }

    @Test("an import is seen with its modifiers, and nothing else is taken for one")
    func imports() {
        #expect(Self.module("import Foundation") == "Foundation")
        #expect(Self.module("    @preconcurrency internal import Foundation") == "Foundation")
        #expect(Self.module("public import struct Foundation.Date") == "Foundation")
        #expect(Self.module("// import Foundation") == nil)
        #expect(Self.module("let import = 1") == nil)
        #expect(Self.module("import") == nil)
    }

    @Test("a name is seen in code, and not in a comment or as the end of another")
    func names() {
        #expect(Self.uses("Process(", in: "let child = Process()"))
        #expect(Self.uses(".range(of:", in: "text.range(of: x)"))
        #expect(!Self.uses("Process(", in: "let child = ChildProcess()"))
        #expect(!Self.uses("Process(", in: "// Process() waits 50 ms"))
    }
}

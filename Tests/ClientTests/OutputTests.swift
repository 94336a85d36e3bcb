import Foundation
import Glibc
import SessionCore
import Testing

@testable import ssm_broker

@Suite("output")
struct OutputTests {
    @Test("escape sequences, line ends and turned text from elsewhere do not reach the terminal")
    func printable() {
        #expect(Printable.line("a\u{1B}[31mb\u{7}") == "a\u{FFFD}[31mb\u{FFFD}")
        #expect(Printable.line("a\nb\tc\r") == "a b c ")
        #expect(Printable.line("x\u{202E}y\u{200B}z\u{9B}") == "x\u{FFFD}y\u{FFFD}z\u{FFFD}")
        #expect(Printable.line("Zoë 日本") == "Zoë 日本")
    }

    @Test("a failure cannot be made to write on another line")
    func failure() {
        let failure = CommandFailure(
            .denied,
            code: "X\n",
            what: "a\nb",
            why: ["c\u{1B}c", "\u{1}".isEmpty ? "" : ""],
            next: ""
        )
        #expect(failure.description == "ssm-broker: a b\n  Why: c\u{FFFD}c")
    }

    @Test("a failure for programs has the broker's member names and the exit status")
    func json() {
        let failure = CommandFailure(
            .denied,
            code: "NODE_NOT_ALLOWED",
            what: "No.",
            why: ["Tags."],
            next: "Ask.",
            requestID: "r"
        )
        #expect(
            failure.json.canonicalText
                == #"{"code":"NODE_NOT_ALLOWED","detail":"No. Tags.","exitStatus":5,"next":"Ask.","reasons":["Tags."],"requestId":"r"}"#
        )
    }

    @Test("JSON keeps its meaning, and holds nothing that a terminal acts on")
    func harmlessJSON() throws {
        let json: JSON = ["a": "x\u{9B}y\u{202E}z\u{E0001}", "b": "Zoë 😀\n"]
        let text = Printable.json(json.canonicalText)
        #expect(text == #"{"a":"x\u009by\u202ez\udb40\udc01","b":"Zoë 😀\n"}"#)
        #expect(try JSON(parsing: text.utf8) == json)
    }

    private let table = Table(
        [.init("TIME"), .init("WHO", mayShrink: true), .init("WHAT", mayShrink: true)],
        rows: [
            ["2026-11-21 08:00:00", "a-very-long-user-name@example.com", String(repeating: "x", count: 90)],
            ["2026-11-21 08:00:01", "bob", "y\u{1B}y"],
        ]
    )

    @Test("a table fits the terminal, and cuts only what may be cut", arguments: [80, 60, 40])
    func fits(_ width: Int) {
        let lines = table.lines(width: width)
        for line in lines { #expect(Printable.width(line) <= width, "\(line)") }
        #expect(lines[1].hasPrefix("2026-11-21 08:00:00  "))
        #expect(lines.contains { $0.hasPrefix("2026-11-21 08:00:01  bob") })
        #expect(lines.contains { $0.contains("…") })
    }

    @Test("columns that do not fit stand below their row, each after its title")
    func below() {
        let id = String(repeating: "a", count: 36)
        let table = Table(
            [.init("ID"), .init("OPENED"), .init("USER", mayShrink: true), .init("LINUX USER", mayShrink: true)],
            rows: [[id, "2026-11-21 08:00:00", "alice@example.com", "dbadmin"]]
        )
        #expect(table.lines(width: 90).count == 2)
        #expect(
            table.lines(width: 60) == [
                "ID" + String(repeating: " ", count: 36) + "OPENED", "\(id)  2026-11-21 08:00:00",
                "  USER alice@example.com  LINUX USER dbadmin",
            ]
        )
        #expect(table.lines(width: 30).map(Printable.width).allSatisfy { $0 <= 30 })
        #expect(table.lines(width: 30).contains("  USER alice@example.com"))
    }

    @Test("a file is replaced as a whole for its owner alone, through a link, and a pipe is written to as it is")
    func resultFile() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, link, pipe) = ("\(folder.path)/page", "\(folder.path)/link", "\(folder.path)/pipe")
        try ResultFile.write(Array("one".utf8), to: file)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        try ResultFile.write(Array("two".utf8), to: link)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "two")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = open(pipe, O_RDONLY | O_NONBLOCK)
        try ResultFile.write(Array("three".utf8), to: pipe)
        var read = [UInt8](repeating: 0, count: 16)
        #expect(Glibc.read(reader, &read, 16) == 5)
        close(reader)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["link", "page", "pipe"])
        #expect(throws: SystemError.self) { try ResultFile.write([], to: "\(folder.path)/none/page") }
    }

    @Test("without a terminal nothing is cut, and no line ends in spaces")
    func whole() {
        let lines = table.lines(width: nil)
        #expect(lines[1].hasSuffix(String(repeating: "x", count: 90)))
        #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
        #expect(lines[2].hasSuffix("y\u{FFFD}y"))
    }

    @Test("wide characters count two columns")
    func wide() {
        #expect(Printable.width("日本") == 4)
        #expect(Printable.cut("日本語", to: 5) == "日本…")
        #expect(Printable.cut("abc", to: 3) == "abc")
    }

    @Test("at a terminal no word of a failure is broken, and a command to copy stands whole")
    func filled() {
        let failure = CommandFailure(
            .failed,
            code: "X",
            what: "Nothing was published: version 12 is the current one, not 11, as somebody else was faster.",
            why: ["Version 12 by rita, 2026-11-21 08:00:00 UTC: a user for the new team; 1 added, 2 changed"],
            next: "See what changed, take it over into your map, then again: ssm-broker map diff 11 12"
        )
        #expect(
            failure.lines(width: 60) == [
                "ssm-broker: Nothing was published: version 12 is the current",
                "  one, not 11, as somebody else was faster.",
                "  Why: Version 12 by rita, 2026-11-21 08:00:00 UTC: a user",
                "       for the new team; 1 added, 2 changed",
                "  Next: See what changed, take it over into your map, then", "        again:",
                "        ssm-broker map diff 11 12",
            ]
        )
        #expect(failure.lines(width: nil).count == 3)
        let command = "ssm-broker audit pull --to " + String(repeating: "x", count: 80)
        #expect(
            CommandFailure(.failed, code: "X", what: "No.", next: command).lines(width: 60)[1] == "  Next: \(command)"
        )
    }
}

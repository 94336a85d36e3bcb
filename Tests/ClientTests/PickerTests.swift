import HTTPTransport
import SessionCore
import Synchronization
import TestSupport
import Testing

@testable import ssm_broker

@Suite("choosing a node")
struct PickerTests {
    private static func picker(recent: Set<NodeID> = []) throws -> Picker {
        Picker(
            nodes: [
                try NodeSamples.node("edge-1", "mi-0aaaaaaaaaaaaaaa7", tags: ["Role": "web"]),
                try NodeSamples.node("web-1", "i-0aaaaaaaaaaaaaaa1", tags: ["Role": "web"]),
                try NodeSamples.node("db-1", "i-0bbbbbbbbbbbbbbb2", tags: ["Role": "db"]),
            ],
            recent: recent
        )
    }

    private func press(_ picker: inout Picker, _ keys: Key...) -> Picker.Ending? {
        var ending: Picker.Ending?
        for key in keys where ending == nil { ending = picker.press(key, page: 10) }
        return ending
    }

    private func names(_ picker: Picker) -> [String] { picker.found.map { $0.node.name ?? "-" } }

    @Test("typing narrows the list to the nodes that have every word, those of the name first")
    func narrows() throws {
        var picker = try Self.picker()
        _ = press(&picker, .text("WEB"))
        #expect(names(picker) == ["web-1", "edge-1"])
        _ = press(&picker, .text(" mi-"))
        #expect(names(picker) == ["edge-1"])
        _ = press(&picker, .text("zz"))
        #expect(names(picker).isEmpty)
        #expect(press(&picker, .enter) == nil, "nothing is chosen where nothing fits")
        _ = press(&picker, .clear, .text("role=db"))
        #expect(names(picker) == ["db-1"])
        _ = press(&picker, .clear, .text("debian 10.1.0.11"), .deleteWord)
        #expect(picker.query == "debian " && names(picker).count == 3)
        _ = press(&picker, .backspace)
        #expect(picker.query == "debian")
    }

    @Test("the mark goes round with arrows, and stops at the ends with pages")
    func moves() throws {
        var picker = try Self.picker()
        _ = press(&picker, .up)
        #expect(picker.marked == 2)
        _ = press(&picker, .down, .down)
        #expect(picker.marked == 1)
        _ = press(&picker, .pageDown)
        #expect(picker.marked == 2)
        _ = press(&picker, .pageUp, .end, .home)
        #expect(picker.marked == 0)
        #expect(press(&picker, .down, .enter) == .chosen(picker.rows[1].node))
        #expect(press(&picker, .leave) == .left)
    }

    @Test("what does not print is typed as what it shows as, and what is endless is cut")
    func typing() throws {
        var picker = try Self.picker()
        _ = press(&picker, .text("a\u{202E}b\u{9B}"))
        #expect(picker.query == "a\u{FFFD}b\u{FFFD}")
        _ = press(&picker, .text(String(repeating: "x", count: 1000)))
        #expect(picker.query.count == 256)
    }

    @Test(
        "no line is wider or deeper than the window, and the marked node is always to be seen",
        arguments: [(80, 24), (40, 10), (20, 4), (7, 3), (3, 2), (1, 1), (200, 50)]
    )
    func fits(_ columns: Int, _ rows: Int) throws {
        let nodes = try (0..<60).map { number in
            try NodeSamples.node(
                number % 2 == 0 ? "日本語の名前-\(number)" : "e\u{301}\u{1B}[31m-\(number)",
                "i-0000000000000000" + String(number % 16, radix: 16)
            )
        }
        var picker = Picker(nodes: nodes)
        for _ in 0..<60 {
            let screen = PickerScreen(picker: picker, size: .init(columns: columns, rows: rows), isPlain: true)
            let (lines, cursor) = screen.lines
            #expect(lines.count <= rows && cursor < max(columns, 1))
            for line in lines {
                #expect(Printable.width(line) <= columns)
                #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
            }
            if rows > 2, columns > 2 { #expect(lines.filter { $0.hasPrefix("> ") }.count == 1) }
            _ = picker.press(.down, page: 1)
        }
    }

    @Test("a picture is one text that overwrites itself and clears nothing before it draws")
    func frame() throws {
        let screen = PickerScreen(picker: try Self.picker(), size: .init(columns: 80, rows: 24), isPlain: false)
        #expect(screen.frame.hasPrefix("\u{1B}[?25l\u{1B}[HConnect to: "))
        #expect(screen.frame.hasSuffix("\u{1B}[J\u{1B}[1;13H\u{1B}[?25h"))
        #expect(screen.frame.contains("\u{1B}[7m> edge-1"))
        #expect(!screen.frame.contains("\u{1B}[2J"))
        let plain = PickerScreen(picker: try Self.picker(), size: .init(columns: 80, rows: 24), isPlain: true)
        #expect(!plain.frame.contains("\u{1B}[7m") && plain.frame.contains("> edge-1"))
    }

    @Test("nodes that were connected to lately are marked")
    func recent() throws {
        let picker = try Self.picker(recent: [try NodeID("i-0aaaaaaaaaaaaaaa1")])
        let lines = PickerScreen(picker: picker, size: .init(columns: 80, rows: 24), isPlain: true).lines.text
        #expect(lines.filter { $0.contains("  *  ") }.map { $0.contains("web-1") } == [true])
    }

    struct Typed: Sendable {
        let why: String
        let bytes: [[UInt8]]
        let keys: [Key]
    }

    static let typed = [
        Typed(why: "letters", bytes: [Array("ab".utf8)], keys: [.text("ab")]),
        Typed(why: "a letter in two pieces", bytes: [[0xC3], [0xA9]], keys: [.text("é")]),
        Typed(why: "arrows of both modes", bytes: [Array("\u{1B}[A\u{1B}OB".utf8)], keys: [.up, .down]),
        Typed(why: "an arrow in pieces", bytes: [[0x1B], [0x5B], [0x42]], keys: [.down]),
        Typed(
            why: "pages and ends",
            bytes: [Array("\u{1B}[5~\u{1B}[6~\u{1B}[H\u{1B}[F".utf8)],
            keys: [.pageUp, .pageDown, .home, .end]
        ),
        Typed(
            why: "control keys",
            bytes: [[0x0E, 0x10, 0x15, 0x17, 0x7F, 0x0D]],
            keys: [.down, .up, .clear, .deleteWord, .backspace, .enter]
        ),
        Typed(why: "Ctrl-C", bytes: [[0x03]], keys: [.leave]),
        Typed(why: "Esc twice", bytes: [[0x1B, 0x1B]], keys: [.leave]),
        Typed(why: "a key nobody knows", bytes: [Array("\u{1B}[31;5~a".utf8)], keys: [.text("a")]),
        Typed(why: "Alt and a letter", bytes: [Array("\u{1B}x".utf8)], keys: []),
        Typed(why: "a control nobody knows", bytes: [[0x02]], keys: []),
        Typed(why: "bytes that are no text", bytes: [[0xFF, 0x41, 0x42, 0x43]], keys: [.text("\u{FFFD}ABC")]),
    ]

    @Test("bytes become keys, however they arrive", arguments: typed)
    func keys(_ typed: Typed) {
        var reader = KeyReader()
        #expect(typed.bytes.flatMap { reader.read($0) } == typed.keys, "\(typed.why)")
    }

    @Test("an escape that nothing follows is Esc, and half a key is nothing")
    func settles() {
        var reader = KeyReader()
        #expect(reader.read([0x1B]).isEmpty && reader.isWaiting)
        #expect(reader.settle() == [.leave] && !reader.isWaiting)
        #expect(reader.read(Array("\u{1B}[".utf8)).isEmpty)
        #expect(reader.settle().isEmpty)
    }
}

/// A terminal at which somebody presses what was written down.
final class ScriptedTerminal: PickerTerminal {
    private let state: Mutex<(keys: [[UInt8]?], log: [String])>

    init(_ keys: [UInt8]?...) { state = Mutex((keys, [])) }

    var log: [String] { state.withLock(\.log) }
    var size: PickerScreen.Size { .init(columns: 80, rows: 24) }
    func begin() { state.withLock { $0.log.append("begin") } }
    func write(_ text: String) { state.withLock { $0.log.append(text) } }
    func regain() -> Bool { false }
    func end() { state.withLock { $0.log.append("end") } }
    func read(milliseconds: Int) -> [UInt8]? {
        state.withLock { $0.keys.isEmpty ? nil : $0.keys.removeFirst() }
    }
}

@Suite("choosing a node at a terminal")
struct PickerSessionTests {
    private func world(_ answers: [ScriptedTransport.Answer]) throws -> World { try World(answers) }

    private func list() throws -> ScriptedTransport.Answer {
        try NodeSamples.answer(
            try NodeSamples.node("web-1", "i-0aaaaaaaaaaaaaaa1"),
            try NodeSamples.node("db-1", "i-0bbbbbbbbbbbbbbb2")
        )
    }

    @Test("the chosen node is connected to, and the terminal is given back before that")
    func chosen() async throws {
        let world = try World([try list(), Answers.json(try Answers.reply(isDryRun: true).json.canonicalText)])
        let terminal = ScriptedTerminal(Array("web".utf8), [], [0x0D])
        var dependencies = world.dependencies()
        dependencies.openPicker = { terminal }
        #expect(try await run("connect", "--dry-run", in: dependencies) == .done, "\(world.notes)")
        #expect(terminal.log.first == "begin" && terminal.log.last == "end")
        #expect(terminal.log.count == 4, "what has not changed is not drawn again")
        let body = String(decoding: try #require(world.transport.requests.last).body, as: UTF8.self)
        #expect(body.contains("i-0aaaaaaaaaaaaaaa1"))
    }

    @Test(
        "whoever leaves, or whose terminal goes, has connected to nothing",
        arguments: [[0x03], [0x1B], nil] as [[UInt8]?]
    )
    func left(_ key: [UInt8]?) async throws {
        let world = try World([try list()])
        let terminal = ScriptedTerminal(key, [])
        var dependencies = world.dependencies()
        dependencies.openPicker = { terminal }
        #expect(try await run("connect", "--dry-run", in: dependencies) == .interrupted)
        #expect(terminal.log.last == "end" && world.notes == "ssm-broker: No node was chosen.\n")
        #expect(world.transport.isExhausted)
    }

    @Test("a signal ends the choosing, whatever is pressed")
    func signal() async throws {
        let world = try World([try list()])
        world.signals.deliver(15)
        let terminal = ScriptedTerminal([0x0D])
        var dependencies = world.dependencies()
        dependencies.openPicker = { terminal }
        #expect(try await run("connect", "--dry-run", in: dependencies) == .interrupted)
        #expect(terminal.log.last == "end")
    }

    @Test("where there is nothing to choose from, nothing is shown to choose from")
    func empty() async throws {
        let world = try World([try NodeSamples.answer()])
        let terminal = ScriptedTerminal()
        var dependencies = world.dependencies()
        dependencies.openPicker = { terminal }
        #expect(try await run("connect", "--dry-run", in: dependencies) == .nodeNotFound)
        #expect(terminal.log.isEmpty)
    }

    @Test("the node that was connected to last stands first the next time, for the same permission set alone")
    func recent() async throws {
        let world = try World([try list(), try list()])
        let cache = ["XDG_CACHE_HOME": world.folder.path]
        var dependencies = world.dependencies(cache)
        let broker = try dependencies.broker(profile: nil)
        let memory = NodeMemory(dependencies, broker)
        let (account, region) = (try AccountID("111122223333"), try Region("eu-west-1"))
        let web = try NodeID("i-0aaaaaaaaaaaaaaa1")
        memory.use(web, account: account, permissionSet: "WebOperator", region: region)
        for (isUsed, first) in [(false, "db-1"), (true, "web-1")] {
            if isUsed { memory.use(web, account: account, permissionSet: "DatabaseAdmin", region: region) }
            let terminal = ScriptedTerminal([0x03])
            dependencies.openPicker = { terminal }
            _ = try await run("connect", "--dry-run", in: dependencies)
            #expect(terminal.log[1].contains("> \(first)"))
        }
    }
}

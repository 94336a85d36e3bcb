import Foundation
import TestSupport
import Testing

@testable import ssm_broker

@Suite("the terminal")
struct TerminalTests {
    @Test("modes that a program changed are given back as they were")
    func restores() throws {
        var master: Int32 = -1
        var slave: Int32 = -1
        try #require(openpty(&master, &slave, nil, nil, nil) == 0)
        defer {
            close(master)
            close(slave)
        }
        let before = try #require(Terminal.modes(of: slave))
        var changed = termios()
        tcgetattr(slave, &changed)
        let original = changed.c_lflag
        changed.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(slave, TCSANOW, &changed)
        Terminal.restore(before)
        var after = termios()
        tcgetattr(slave, &after)
        #expect(after.c_lflag == original)
    }

    @Test("after a plugin that leaves the terminal changed, connect gives it its modes back", arguments: ["0", "1"])
    func afterConnect(_ status: String) async throws {
        var master: Int32 = -1
        var slave: Int32 = -1
        try #require(openpty(&master, &slave, nil, nil, nil) == 0)
        defer {
            close(master)
            close(slave)
        }
        var before = termios()
        tcgetattr(slave, &before)
        let world = try World([try Answers.opened(), Answers.ended])
        let name = try #require(ttyname(slave).map { String(cString: $0) })
        let steering = ["PLUGIN_DOES": "changes-terminal", "PLUGIN_TERMINAL": name, "PLUGIN_STATUS": status]
        var dependencies = world.dependencies(world.pluginVariables(steering))
        dependencies.terminal = slave
        _ = try await run("connect", "i-0bbbbbbbbbbbbbbb2", in: dependencies)
        #expect(world.transport.isExhausted)
        var after = termios()
        tcgetattr(slave, &after)
        #expect(after.c_lflag == before.c_lflag && after.c_lflag & tcflag_t(ECHO | ICANON) == tcflag_t(ECHO | ICANON))
    }

    @Test("a pipe is no terminal: it has no columns and no modes")
    func pipeHasNone() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        #expect(!Terminal.isPresent(on: ends[0]))
        #expect(Terminal.columns(of: ends[0]) == nil)
        #expect(Terminal.modes(of: ends[0]) == nil)
    }

    @Test("the columns are the terminal's")
    func columns() throws {
        var master: Int32 = -1
        var slave: Int32 = -1
        var size = winsize(ws_row: 24, ws_col: 97, ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&master, &slave, nil, nil, &size) == 0)
        defer {
            close(master)
            close(slave)
        }
        #expect(Terminal.columns(of: slave) == 97)
    }
}

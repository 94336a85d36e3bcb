import Foundation
import Testing

@testable import ssm_broker

/// A terminal on which nobody types, for as long as this lives.
final class PseudoTerminal: Sendable {
    /// The end that a program takes for a terminal.
    let slave: Int32
    private let master: Int32

    init() throws {
        var ends: (master: Int32, slave: Int32) = (-1, -1)
        try #require(openpty(&ends.master, &ends.slave, nil, nil, nil) == 0)
        (master, slave) = ends
        for end in [master, slave] { Descriptor.closeOnExec(end) }
    }

    deinit {
        close(master)
        close(slave)
    }
}

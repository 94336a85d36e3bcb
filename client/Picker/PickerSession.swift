internal import SessionCore

/// The terminal that a picker is shown on.
protocol PickerTerminal: Sendable {
    /// The size as it is now.
    var size: PickerScreen.Size { get }

    /// Takes the whole screen, and every key as it is pressed.
    ///
    /// - Throws: ``SystemError``.
    func begin() throws

    /// Waits for keys; none when the time ran out, nil when the terminal is gone.
    func read(milliseconds: Int) -> [UInt8]?

    /// Shows text as it is.
    func write(_ text: String)

    /// Takes up again what somebody else may have changed, for example a shell that stopped us.
    ///
    /// - Returns: Whether there was something to take up, so that all must be shown again.
    func regain() -> Bool

    /// Gives the terminal back as it was.
    func end()
}

/// Shows a picker until a node is chosen; the terminal is as it was on every way out.
struct PickerSession: Sendable {
    let picker: Picker
    let terminal: any PickerTerminal
    let world: Dependencies

    /// How long an escape waits for the rest of a key, and how soon a new size or a signal is seen, in milliseconds.
    private static let tick = 50

    /// - Returns: The chosen node.
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/interrupted`` when none was.
    func run() async throws -> NodeID {
        let catching = try world.beginSignals(world.signals)
        defer { catching.end() }
        try terminal.begin()
        let ending = await onOwnThread("picker") { [self] in show() }
        terminal.end()
        catching.settle()
        guard world.signals.first == nil, case .chosen(let node) = ending else {
            throw CommandFailure(.interrupted, code: "NOT_CHOSEN", what: "No node was chosen.")
        }
        return node.id
    }

    private func show() -> Picker.Ending {
        var picker = picker
        var keys = KeyReader()
        var shown: PickerScreen?
        let isPlain = world.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        while world.signals.first == nil {
            let isLost = terminal.regain()
            let screen = PickerScreen(picker: picker, size: terminal.size, isPlain: isPlain)
            if isLost || screen != shown {
                terminal.write(screen.frame)
                shown = screen
            }
            guard let bytes = terminal.read(milliseconds: Self.tick) else { return .left }
            for key in bytes.isEmpty ? (keys.isWaiting ? keys.settle() : []) : keys.read(bytes) {
                if let ending = picker.press(key, page: PickerScreen.page(screen.size)) { return ending }
            }
        }
        return .left
    }
}

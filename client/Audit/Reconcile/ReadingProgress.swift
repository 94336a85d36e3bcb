internal import SessionCore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One line on a terminal that says how far the reading is; nowhere else anything.
struct ReadingProgress {
    private static let millisecondsBetween: Int64 = 200
    private static let eventsBetween = 4096

    private let world: Dependencies
    private let files: Int
    private let isShown: Bool
    private var shownAt = Timestamp(milliseconds: 0)
    private var lastEvents = 0

    init(files: Int, in world: Dependencies) {
        self.world = world
        self.files = files
        isShown = world.output.columns != nil && Terminal.isPresent(on: STDERR_FILENO)
    }

    /// Tells, unless it did a moment ago.
    mutating func tell(file: Int, events: Int) {
        guard isShown, events == 0 || events - lastEvents >= Self.eventsBetween else { return }
        lastEvents = events
        let now = world.now()
        guard now.milliseconds - shownAt.milliseconds >= Self.millisecondsBetween else { return }
        shownAt = now
        world.output.note("\r\u{1B}[Kssm-broker: file \(file) of \(files), \(events) events")
    }

    /// Takes the line away.
    func end() {
        if isShown { world.output.note("\r\u{1B}[K") }
    }
}

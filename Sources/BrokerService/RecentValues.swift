internal import SessionCore

/// Values that were found out lately, in bounded room: each may be used for a while, and where room is short the oldest go.
struct RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Held: Sendable {
        let value: Value
        let until: Timestamp
        let size: Int
        let number: Int
    }

    /// How often what may not be used any more is thrown away, in seconds.
    private static var purgeSeconds: Int64 { 60 }

    private let room: Int
    private var held: [Key: Held] = [:]
    private var kept = 0
    private var purge = Timestamp(milliseconds: 0)
    /// The sizes of all that is held, together.
    private(set) var size = 0

    /// Holds nothing yet, and never more than `room`.
    init(room: Int) {
        self.room = room
    }

    /// The value, while it may be used.
    func value(for key: Key, at now: Timestamp) -> Value? {
        guard let one = held[key], now < one.until else { return nil }
        return one.value
    }

    /// Keeps a value until a moment; one that is larger than all the room is not kept.
    mutating func keep(_ value: Value, for key: Key, size: Int = 1, until: Timestamp, at now: Timestamp) {
        remove(key)
        guard size <= room else { return }
        if now >= purge || self.size + size > room { removeExpired(at: now) }
        if self.size + size > room { removeOldest(for: size) }
        kept += 1
        self.size += size
        held[key] = Held(value: value, until: until, size: size, number: kept)
    }

    private mutating func remove(_ key: Key) {
        size -= held.removeValue(forKey: key)?.size ?? 0
    }

    private mutating func removeExpired(at now: Timestamp) {
        held = held.filter { now < $0.value.until }
        size = held.values.reduce(0) { $0 + $1.size }
        purge = now.advanced(bySeconds: Self.purgeSeconds)
    }

    /// A quarter of the room at a time, so that not every value that is kept has all others put in order.
    private mutating func removeOldest(for needed: Int) {
        for (key, _) in held.sorted(by: { $0.value.number < $1.value.number }) {
            guard size + needed > room - room / 4 else { return }
            remove(key)
        }
    }
}

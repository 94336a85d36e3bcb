internal import SessionCore

/// Reads files of CloudTrail, whatever their form, in memory that does not grow with them.
struct TrailReader {
    /// A file that holds something else than CloudTrail writes, in whole or in part.
    struct BadFile: Hashable {
        let path: String
        let reason: String
    }

    /// The files that were damaged; what could be read of them was read.
    private(set) var badFiles: [BadFile] = []
    /// How many events were read.
    private(set) var events = 0

    /// Reads one file.
    ///
    /// - Parameters:
    ///   - path: Plain or gzip, which its first bytes say; events as in S3, or as `aws cloudtrail lookup-events` answers.
    ///   - take: Gets each event.
    mutating func read(_ path: String, to take: (TrailPlace, TrailEvent?) -> Void) {
        var file = File()
        var unreadable = 0
        var reason: String?
        do {
            try TrailFiles.read(path) { bytes in
                try file.feed(bytes) { kind, element in
                    guard let (place, event) = Self.event(kind, element) else {
                        unreadable += 1
                        return
                    }
                    events += 1
                    take(place, event)
                }
            }
            try file.finish()
        } catch {
            reason = Self.explanation(error)
        }
        if unreadable > 0 {
            let one = unreadable == 1
            let count = "\(unreadable) \(one ? "element is" : "elements are") no CloudTrail event"
            reason = [reason, count].compactMap(\.self).joined(separator: "; ")
        }
        if let reason { badFiles.append(BadFile(path: path, reason: reason)) }
    }

    private static func event(_ kind: RecordSplitter.Kind, _ bytes: [UInt8]) -> (TrailPlace, TrailEvent?)? {
        switch kind {
        case .record: return TrailEvent.read(bytes)
        case .lookup:
            var cursor = JSONCursor(bytes)
            return cursor.texts(named: ["CloudTrailEvent"])?["CloudTrailEvent"].flatMap {
                TrailEvent.read(Array($0.utf8))
            }
        }
    }

    private static func explanation(_ error: any Error) -> String {
        switch error {
        case is GzipInflater.Damage: "damaged gzip"
        case RecordSplitter.Damage.unexpectedEnd: "ends before its end"
        case RecordSplitter.Damage.unexpectedByte(let offset): "no JSON of CloudTrail's at byte \(offset)"
        case RecordSplitter.Damage.tooLarge: "holds an event larger than CloudTrail's largest"
        case RecordSplitter.Damage.noList: "holds neither Records nor Events"
        default: "\(error)"
        }
    }

    /// One file on its way: unpacked when it is packed, then cut into elements.
    private struct File {
        private var splitter = RecordSplitter()
        private var inflater: GzipInflater?
        private var beginning: [UInt8] = []
        private var isDecided = false

        mutating func feed(
            _ bytes: ArraySlice<UInt8>,
            to take: (RecordSplitter.Kind, [UInt8]) throws -> Void
        ) throws {
            guard isDecided else {
                beginning += bytes
                guard beginning.count >= 2 else { return }
                try decide()
                let first = beginning
                beginning = []
                return try feed(first[...], to: take)
            }
            guard let inflater else { return try splitter.feed(bytes, to: take) }
            try inflater.feed(bytes) { try splitter.feed($0, to: take) }
        }

        private mutating func decide() throws {
            isDecided = true
            if beginning.starts(with: [0x1F, 0x8B]) { inflater = try GzipInflater() }
        }

        func finish() throws {
            if let inflater, !inflater.isAtEnd { throw RecordSplitter.Damage.unexpectedEnd }
            try splitter.finish()
        }
    }
}

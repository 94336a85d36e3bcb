/// Cuts `{"Records":[…]}` or `{"Events":[…]}` of any size into its elements, piece by piece.
///
/// Only brackets and quotation marks are followed; whether an element is sound, its reader says. Several such objects may follow each
/// other, as the pages of `aws cloudtrail lookup-events` do.
struct RecordSplitter {
    /// Why a text is not what CloudTrail writes.
    enum Damage: Error, Hashable {
        /// A byte stands where none may.
        case unexpectedByte(offset: Int)
        /// The text ends within an object.
        case unexpectedEnd
        /// An element is larger than any of CloudTrail's.
        case tooLarge
        /// There is neither a `Records` nor an `Events` list.
        case noList
    }

    /// Where an element comes from.
    enum Kind {
        /// From `Records`: the event itself.
        case record
        /// From `Events`: the event is a text in its member `CloudTrailEvent`.
        case lookup
    }

    /// CloudTrail's events are below 256 KB, a few below 1 MB; memory stays bounded whatever a file says.
    static let largestElement = 4 << 20

    private var element: [UInt8] = []
    private var word: [UInt8] = []
    private var depth = 0
    private var isInText = false
    private var isEscaped = false
    /// The list that the reader is in; its elements lie two brackets deep.
    private var list: Kind?
    private var lists = 0
    private var offset = 0

    /// Takes the next bytes.
    ///
    /// - Throws: ``Damage``, and what `take` throws.
    mutating func feed(_ input: ArraySlice<UInt8>, to take: (Kind, [UInt8]) throws -> Void) throws {
        // Where the part of the element begins that is not kept yet.
        var begin = input.startIndex
        for index in input.indices {
            let byte = input[index]
            if isInText {
                followText(byte)
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                guard depth > 0, depth != 2 || list == nil else { throw unexpected(at: index, in: input) }
                isInText = true
                if depth == 1 { word.removeAll(keepingCapacity: true) }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth > 0 || byte == UInt8(ascii: "{") else { throw unexpected(at: index, in: input) }
                if depth == 1, byte == UInt8(ascii: "[") { enterList() }
                if depth == 2, list != nil { begin = index }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                guard depth >= 0 else { throw unexpected(at: index, in: input) }
                if depth == 2, let list {
                    try keep(input[begin...index])
                    try take(list, element)
                    element.removeAll(keepingCapacity: true)
                }
                if depth == 1 { list = nil }
            case 0x20, 0x09, 0x0A, 0x0D: break
            case UInt8(ascii: ","): break
            default:
                guard depth > 0, list == nil || depth > 2 else { throw unexpected(at: index, in: input) }
            }
        }
        if depth > 2, list != nil { try keep(input[begin...]) }
        offset += input.count
    }

    /// Says that there is no more.
    ///
    /// - Throws: ``Damage``.
    func finish() throws(Damage) {
        guard depth == 0, !isInText else { throw .unexpectedEnd }
        guard lists > 0 else { throw .noList }
    }

    private mutating func followText(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInText = false
            return
        }
        if depth == 1, word.count < 16 { word.append(byte) }
    }

    private mutating func enterList() {
        switch String(decoding: word, as: UTF8.self) {
        case "Records": list = .record
        case "Events": list = .lookup
        default: return
        }
        lists += 1
    }

    private mutating func keep(_ part: ArraySlice<UInt8>) throws(Damage) {
        guard element.count + part.count <= Self.largestElement else { throw .tooLarge }
        element += part
    }

    private func unexpected(at index: Int, in input: ArraySlice<UInt8>) -> Damage {
        .unexpectedByte(offset: offset + index - input.startIndex)
    }
}

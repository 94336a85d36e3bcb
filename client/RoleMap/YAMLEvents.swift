internal import CYAML

/// The events that libyaml makes of a text, one after the other.
final class YAMLEvents {
    /// What comes next in the text.
    enum Event: Sendable, Hashable {
        case documentStart
        case mapping(hasAnchor: Bool, hasTag: Bool)
        case list(hasAnchor: Bool, hasTag: Bool)
        case end
        case scalar(text: String, isPlain: Bool, hasAnchor: Bool, hasTag: Bool)
        case alias
        case finished
        /// The text is not YAML, and why.
        case broken(String)
    }

    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let input: UnsafeMutableBufferPointer<UInt8>
    private var isAtEnd = false

    /// Begins at the start of a text in UTF-8.
    init(_ bytes: [UInt8]) {
        // libyaml reads from this memory for as long as it parses.
        input = UnsafeMutableBufferPointer.allocate(capacity: max(bytes.count, 1))
        _ = input.update(fromContentsOf: bytes)
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event, and where it begins.
    func next() -> (event: Event, mark: YAMLDocument.Mark) {
        guard !isAtEnd else { return (.finished, Self.mark(parser.pointee.mark)) }
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            isAtEnd = true
            return failure()
        }
        defer { yaml_event_delete(&event) }
        let mark = Self.mark(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT: return next()
        case YAML_DOCUMENT_START_EVENT: return (.documentStart, mark)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return (.mapping(hasAnchor: start.anchor != nil, hasTag: start.tag != nil), mark)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return (.list(hasAnchor: start.anchor != nil, hasTag: start.tag != nil), mark)
        case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT: return (.end, mark)
        case YAML_ALIAS_EVENT: return (.alias, mark)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return (
                .scalar(
                    text: String(decoding: bytes, as: UTF8.self),
                    isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                    hasAnchor: scalar.anchor != nil,
                    hasTag: scalar.tag != nil
                ), mark
            )
        default:
            isAtEnd = true
            return (.finished, mark)
        }
    }

    private func failure() -> (event: Event, mark: YAMLDocument.Mark) {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "cannot be read"
        let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
        // Errors of the reader, below the scanner, have no place of their own: the parser's is the nearest.
        let isScanned = parser.pointee.error == YAML_SCANNER_ERROR || parser.pointee.error == YAML_PARSER_ERROR
        let mark = isScanned ? parser.pointee.problem_mark : parser.pointee.mark
        return (.broken("Not YAML: \(problem)\(context)."), Self.mark(mark))
    }

    private static func mark(_ mark: yaml_mark_t) -> YAMLDocument.Mark {
        YAMLDocument.Mark(line: mark.line + 1, column: mark.column + 1)
    }
}

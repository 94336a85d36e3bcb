/// What `POST /v1/blocks` answers: the block in force, and what became of the sessions of whom it is about.
///
/// Shape: `{"block":{…},"ended":["6f1c…"],"isComplete":true,"left":[]}`, the last three as in ``EndSessionsReply``.
public struct BlockReply: Sendable, Hashable {
    /// The block.
    public var block: Block
    /// What became of the sessions.
    public var sessions: EndSessionsReply

    /// Makes a reply.
    public init(block: Block, sessions: EndSessionsReply) {
        self.block = block
        self.sessions = sessions
    }

    /// The reply as JSON.
    public var json: JSON {
        .compact([
            "block": block.json,
            "ended": sessions.json["ended"],
            "isComplete": sessions.json["isComplete"],
            "left": sessions.json["left"],
        ])
    }

    /// Reads a reply; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let block = json["block"].flatMap(Block.init(json:)), let sessions = EndSessionsReply(json: json) else {
            return nil
        }
        self.init(block: block, sessions: sessions)
    }
}

/// What `DELETE /v1/blocks` answers: the block that was in force.
///
/// Shape: `{"block":{…}}`.
public struct UnblockReply: Sendable, Hashable {
    /// The block that is in force no longer.
    public var block: Block

    /// Makes a reply.
    public init(block: Block) {
        self.block = block
    }

    /// The reply as JSON.
    public var json: JSON {
        [
            "block": block.json
        ]
    }

    /// Reads a reply; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let block = json["block"].flatMap(Block.init(json:)) else { return nil }
        self.init(block: block)
    }
}

/// What `GET /v1/blocks` answers: every block in force.
///
/// Shape: `{"blocks":[{…}]}`.
public struct BlockList: Sendable, Hashable {
    /// The blocks, roles before users, each by name.
    public var blocks: [Block]

    /// Makes a list.
    public init(blocks: [Block]) {
        self.blocks = blocks
    }

    /// The list as JSON.
    public var json: JSON {
        [
            "blocks": .array(blocks.map(\.json))
        ]
    }

    /// Reads a list; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let elements = json["blocks"]?.elements else { return nil }
        let blocks = elements.compactMap(Block.init(json:))
        guard blocks.count == elements.count else { return nil }
        self.init(blocks: blocks)
    }
}

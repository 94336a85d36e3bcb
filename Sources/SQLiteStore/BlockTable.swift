internal import SessionCore

/// The blocks in force; each call runs on the database's thread.
struct BlockTable {
    let connection: Connection

    /// Changes the blocks; call within the transaction of the change's record.
    func apply(_ change: BlockChange) throws {
        switch change {
        case .block(let block):
            try connection.run(
                "INSERT INTO block (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
                [.text(block.key.text), .blob(block.json.canonicalBytes)]
            )
        case .unblock(let key): try connection.run("DELETE FROM block WHERE key = ?", [.text(key.text)])
        }
    }

    /// Every block, by key.
    func blocks() throws -> [Block] {
        try connection.rows("SELECT body FROM block ORDER BY key", read: Self.block)
    }

    /// The block of the first key that has one.
    func block(matching keys: [BlockKey]) throws -> Block? {
        for key in keys {
            let found = try connection.rows("SELECT body FROM block WHERE key = ?", [.text(key.text)], read: Self.block)
            if let block = found.first { return block }
        }
        return nil
    }

    private static func block(_ row: Row) throws -> Block {
        guard let json = try? JSON(parsing: try row.blob(0)), let block = Block(json: json) else {
            throw SQLiteFailure.corrupt
        }
        return block
    }
}

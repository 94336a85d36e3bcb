internal import SessionCore

/// Sessions as a person sees them.
enum SessionTable {
    /// The table, ids and times whole.
    static func of(_ sessions: [SessionHistory]) -> Table {
        Table(
            [
                Table.Column("ID"), Table.Column("STATE"), Table.Column("NODE"), Table.Column("OPENED (UTC)"),
                Table.Column("USER", mayShrink: true), Table.Column("PERMISSION SET", mayShrink: true),
                Table.Column("LINUX USER", mayShrink: true), Table.Column("FOR", mayShrink: true),
            ],
            rows: sessions.map { session in
                [
                    session.id.text, session.state.rawValue, session.access.node.text,
                    String(session.opened.description.prefix(19).map { $0 == "T" ? " " : $0 }), session.owner.user,
                    session.permissionSet, session.access.linuxUser ?? "-",
                    session.access.purpose ?? session.access.kind.rawValue,
                ]
            }
        )
    }
}

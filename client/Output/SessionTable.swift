internal import SessionCore

/// Sessions as a person sees them.
enum SessionTable {
    /// The sessions for programs.
    static func rows(of sessions: [SessionHistory]) -> Rows {
        Rows(
            sessions.map(\.json),
            columns: [
                "id", "state", "access.node", "opened", "owner.user", "permissionSet", "access.linuxUser",
                "access.kind", "access.region", "access.account", "ended",
            ]
        )
    }

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

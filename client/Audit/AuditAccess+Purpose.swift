internal import SessionCore

extension AuditAccess {
    /// What a session is for beyond its kind, in a few words: the command, or `port 5432 of db.internal`; nil where there is no more to say.
    var purpose: String? {
        if let command = parameters.command { return command }
        return parameters.port.map { "port \($0)" + (parameters.host.map { " of \($0)" } ?? "") }
    }
}

internal import ArgumentParser

/// `ssm-broker audit`.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the audit log and prove that nothing in it was changed.",
        discussion: """
            Example:
              ssm-broker audit query --since 2h
            """,
        subcommands: [
            AuditQueryCommand.self, AuditShow.self, AuditTail.self, AuditPull.self, AuditHeads.self, AuditVerify.self,
            AuditReconcile.self, AuditReport.self, AuditSweep.self,
        ]
    )
}

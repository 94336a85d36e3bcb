internal import AWSClient
internal import SessionCore

/// What is decided about a session that is about to start.
struct SessionStart: Sendable {
    let entitlement: Entitlement
    let name: RoleSessionName
    let documentVersion: String?
    let isFresh: Bool

    /// Looks again at a document and at the broker's own role that were decided on from memory, beside the calls that must be waited for anyway.
    ///
    /// - Returns: The version that was looked at last.
    func recheckDocument(_ accounts: MemberAccounts) async throws -> String? {
        isFresh ? documentVersion : try await accounts.recheckDocument(of: entitlement)
    }
}

extension AuditDecision {
    static let grant = AuditDecision(code: granted, detail: "The role map grants it.")
}

extension Entitlement {
    func reply(id: RecordID?, channel: OpenSessionReply.Channel?) -> OpenSessionReply {
        guard let id else { preconditionFailure("a granted session has an id") }
        return OpenSessionReply(
            id: id,
            kind: request.kind,
            account: caller.account,
            region: request.region,
            node: request.node,
            permissionSet: self.id.name,
            linuxUser: linuxUser,
            document: document.name,
            channel: channel
        )
    }
}

extension SSM.StartedSession {
    func channel(credentials: RoleSession) -> OpenSessionReply.Channel {
        OpenSessionReply.Channel(
            session: SessionCore.StartedSession(sessionID: sessionID, tokenValue: tokenValue, streamURL: streamURL),
            credentials: credentials.channelCredentials
        )
    }
}

extension Exchange {
    mutating func note(_ request: OpenSessionRequest, of caller: CallerIdentity) {
        clientRequestID = request.requestID
        client = request.client
        access = AuditAccess(
            kind: request.kind,
            parameters: request.parameters,
            account: caller.account,
            region: request.region,
            node: request.node,
            reason: request.reason,
            ticket: request.ticket
        )
    }

    /// Forgets an attempt that a publication overtook, of which nothing was started and the outcome is recorded.
    ///
    /// Its intent has used the request id, so a replay is refused as ever; the second attempt's records carry none.
    mutating func beginAgain(_ request: OpenSessionRequest, of caller: CallerIdentity) {
        note(request, of: caller)
        clientRequestID = nil
        session = nil
        isRecorded = false
    }

    mutating func note(_ entitlement: Entitlement) {
        access?.linuxUser = entitlement.linuxUser?.name
        access?.nodeTags = entitlement.entry.nodes.tags.isEmpty ? nil : entitlement.entry.nodes.tags
        access?.mapVersion = entitlement.mapVersion
        access?.document = AuditDocument(
            name: entitlement.document.name,
            version: nil,
            hash: entitlement.document.hash,
            terms: entitlement.document.terms,
            kmsKey: entitlement.document.kmsKey
        )
    }

    mutating func note(documentVersion: String?) {
        access?.document?.version = documentVersion
    }
}

extension Entitlement {
    /// What a refusal of StartSession means to the engineer; any other failure as it is.
    func startFailure(_ error: any Error) -> any Error {
        guard let failure = error as? AWSFailure else { return error }
        let node = request.node
        switch failure.kind {
        case .targetNotConnected:
            return Problem(
                .nodeNotConnected,
                detail: "Session Manager says that node \(node) is not connected.",
                next:
                    "Check that the node runs, that its agent does, and that it reaches Systems Manager; then try again."
            )
        case .accessDenied: return nodeNotAllowed
        case .invalidDocument:
            return Problem(
                .documentMissing,
                detail: "Session Manager cannot use document \(document.name).",
                next: "Ask the platform team to roll the role map out."
            )
        case .refused:
            return Problem(
                .startFailed,
                detail: "Session Manager refused to start the session: \(failure.code ?? "no code").",
                next: "Tell the platform team the request id."
            )
        default:
            return failure
        }
    }
}

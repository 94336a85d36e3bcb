/// Every reason for which the broker, or the front door before it, refuses or fails; stable, for programs to branch on.
public enum ProblemCode: String, Sendable, Hashable, CaseIterable {
    // The front door.
    /// The request carries no signature.
    case notSigned = "NOT_SIGNED"
    /// The signature does not fit the request.
    case signatureInvalid = "SIGNATURE_INVALID"
    /// The credentials, or the time in the signature, are out of date.
    case credentialsExpired = "CREDENTIALS_EXPIRED"
    /// The API's resource policy does not admit the caller.
    case frontDoorDenied = "FRONT_DOOR_DENIED"
    /// The caller does not belong to the organisation that the deployment serves.
    case organizationNotAllowed = "ORGANIZATION_NOT_ALLOWED"
    /// The broker took longer than the front door waits.
    case integrationTimeout = "INTEGRATION_TIMEOUT"
    /// The broker died while it answered.
    case integrationFailed = "INTEGRATION_FAILED"

    // The request.
    /// No such path.
    case routeNotFound = "ROUTE_NOT_FOUND"
    /// The path exists, with another method.
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    /// The body is not the JSON that the route takes.
    case bodyInvalid = "BODY_INVALID"
    /// A query parameter is unknown or has a wrong value.
    case queryInvalid = "QUERY_INVALID"
    /// The reason is blank, longer than 256 characters or holds control characters.
    case reasonInvalid = "REASON_INVALID"
    /// The request's own time is too far from the broker's.
    case requestExpired = "REQUEST_EXPIRED"
    /// The request id was used before by this caller.
    case requestReplayed = "REQUEST_REPLAYED"

    // Who asks.
    /// The caller's ARN is not that of a permission-set session.
    case callerNotPermissionSet = "CALLER_NOT_PERMISSION_SET"
    /// The role could not be proven to be Identity Center's.
    case roleNotProven = "ROLE_NOT_PROVEN"
    /// The role map has no entry for the permission set.
    case permissionSetNotMapped = "PERMISSION_SET_NOT_MAPPED"
    /// The account is not among those the deployment or the map admits.
    case accountNotAllowed = "ACCOUNT_NOT_ALLOWED"
    /// An administrator has blocked the caller, or everybody who holds the caller's role.
    case callerBlocked = "CALLER_BLOCKED"
    /// Only administrators may do that.
    case administratorRequired = "ADMINISTRATOR_REQUIRED"
    /// The block would keep its own maker out.
    case blockLocksYouOut = "BLOCK_LOCKS_YOU_OUT"
    /// Nothing blocks this user or role.
    case blockNotFound = "BLOCK_NOT_FOUND"

    // What is asked.
    /// The map does not admit the node's Region for this permission set.
    case regionNotAllowed = "REGION_NOT_ALLOWED"
    /// The map does not admit this kind of session for the permission set.
    case kindNotAllowed = "KIND_NOT_ALLOWED"
    /// The map does not admit this command for the permission set.
    case commandNotAllowed = "COMMAND_NOT_ALLOWED"
    /// The map does not admit this port for the permission set.
    case portNotAllowed = "PORT_NOT_ALLOWED"
    /// The map does not admit ports of this machine for the permission set.
    case hostNotAllowed = "HOST_NOT_ALLOWED"
    /// The map asks for a reason.
    case reasonRequired = "REASON_REQUIRED"
    /// The map asks for a ticket.
    case ticketRequired = "TICKET_REQUIRED"
    /// The deployment forbids the Linux user that the map names.
    case linuxUserForbidden = "LINUX_USER_FORBIDDEN"

    // The node.
    /// The caller's account has no such managed node in that Region.
    case nodeNotFound = "NODE_NOT_FOUND"
    /// The node is not known to run Linux, so Run As would not hold.
    case nodeNotLinux = "NODE_NOT_LINUX"
    /// The node's agent does not report.
    case nodeOffline = "NODE_OFFLINE"
    /// Session Manager says that the node is not connected.
    case nodeNotConnected = "NODE_NOT_CONNECTED"
    /// The node's tags do not fit the map, or the account's policies forbid the session.
    case nodeNotAllowed = "NODE_NOT_ALLOWED"

    // The session document.
    /// The session document does not exist in the account and Region.
    case documentMissing = "DOCUMENT_MISSING"
    /// The document differs from what the map renders.
    case documentChanged = "DOCUMENT_CHANGED"
    /// The document's default version is not its latest.
    case documentNotDefault = "DOCUMENT_NOT_DEFAULT"
    /// The document is that of an older role map; the rollout has not reached it yet.
    case documentPending = "DOCUMENT_PENDING"

    // Sessions.
    /// The caller has no such session.
    case sessionNotFound = "SESSION_NOT_FOUND"
    /// The session has ended.
    case sessionEnded = "SESSION_ENDED"
    /// The current role map would not start the session as it is.
    case sessionNoLongerAllowed = "SESSION_NO_LONGER_ALLOWED"
    /// The caller has as many sessions as the role map allows at a time.
    case tooManySessions = "TOO_MANY_SESSIONS"
    /// Session Manager refused to start the session.
    case startFailed = "START_FAILED"
    /// No clear answer came to StartSession; whatever it started was ended.
    case startUnknown = "START_UNKNOWN"
    /// Too little of the request's time is left to begin.
    case deadlineTooClose = "DEADLINE_TOO_CLOSE"
    /// The role in the member account cannot be assumed, or lacks a right.
    case targetRoleRefused = "TARGET_ROLE_REFUSED"
    /// The role in the member account has a tag that overrides the session documents' Linux user.
    case targetRoleTagged = "TARGET_ROLE_TAGGED"
    /// AWS is throttling the broker.
    case awsThrottled = "AWS_THROTTLED"
    /// An AWS service did not answer, or failed.
    case awsUnavailable = "AWS_UNAVAILABLE"

    // The role map.
    /// The map is not one, or is too large.
    case mapInvalid = "MAP_INVALID"
    /// Another map is current than the one that the request stands on.
    case mapChanged = "MAP_CHANGED"
    /// The publisher could not publish again after this map.
    case mapLocksYouOut = "MAP_LOCKS_YOU_OUT"
    /// The map gives what this deployment never allows.
    case mapExceedsCeiling = "MAP_EXCEEDS_CEILING"
    /// The caller may neither see nor publish the role map.
    case mapNotAllowed = "MAP_NOT_ALLOWED"
    /// No version of that number was published.
    case mapVersionNotFound = "MAP_VERSION_NOT_FOUND"
    /// There is no role map yet, or none that can be read.
    case mapMissing = "MAP_MISSING"

    // The audit log.
    /// A record could not be written, so the request was refused.
    case auditUnavailable = "AUDIT_UNAVAILABLE"
    /// Whether a map was published, or a block was made or lifted, is not known.
    case changeUnknown = "CHANGE_UNKNOWN"
    /// The caller may not read the audit log.
    case auditNotAllowed = "AUDIT_NOT_ALLOWED"

    /// A defect of the broker.
    case internalFailure = "INTERNAL_FAILURE"

    /// The HTTP status that goes with the code.
    public var status: Int {
        switch self {
        case .bodyInvalid, .queryInvalid, .reasonInvalid, .requestExpired: 400
        case .notSigned, .signatureInvalid, .credentialsExpired, .frontDoorDenied, .organizationNotAllowed,
            .callerNotPermissionSet, .roleNotProven, .permissionSetNotMapped, .accountNotAllowed, .regionNotAllowed,
            .kindNotAllowed, .commandNotAllowed, .portNotAllowed, .hostNotAllowed, .sessionNoLongerAllowed,
            .reasonRequired, .ticketRequired, .linuxUserForbidden,
            .nodeNotLinux, .nodeNotAllowed, .callerBlocked, .mapExceedsCeiling, .mapNotAllowed,
            .targetRoleRefused, .auditNotAllowed, .administratorRequired:
            403
        case .routeNotFound, .nodeNotFound, .sessionNotFound, .blockNotFound, .mapVersionNotFound: 404
        case .methodNotAllowed: 405
        case .requestReplayed, .nodeOffline, .nodeNotConnected, .documentMissing, .documentChanged,
            .documentNotDefault, .sessionEnded, .tooManySessions, .targetRoleTagged, .blockLocksYouOut, .mapChanged,
            .mapLocksYouOut:
            409
        case .mapInvalid: 422
        case .internalFailure: 500
        case .startFailed, .startUnknown, .awsUnavailable, .integrationFailed: 502
        case .auditUnavailable, .changeUnknown, .awsThrottled, .deadlineTooClose, .documentPending, .mapMissing: 503
        case .integrationTimeout: 504
        }
    }
}

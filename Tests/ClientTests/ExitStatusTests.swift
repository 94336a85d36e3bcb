import ArgumentParser
import SessionCore
import Testing

@testable import ssm_broker

@Suite("exit codes")
struct ExitStatusTests {
    @Test("the codes are those of the design, and no others")
    func codes() {
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 4, 5, 6, 7, 8, 9, 64, 130])
    }

    @Test("the root help explains every code")
    func help() {
        let help = SSMBroker.helpMessage(columns: 80)
        for status in ExitStatus.allCases {
            #expect(help.contains("\(status.rawValue)  \(status.explanation)"))
        }
    }

    static let table: [(codes: [ProblemCode], status: ExitStatus)] = [
        ([.signatureInvalid, .credentialsExpired], .signIn),
        (
            [
                .frontDoorDenied, .organizationNotAllowed, .callerNotPermissionSet, .roleNotProven,
                .permissionSetNotMapped,
                .accountNotAllowed, .regionNotAllowed, .kindNotAllowed, .commandNotAllowed, .portNotAllowed,
                .hostNotAllowed, .sessionNoLongerAllowed, .reasonRequired,
                .tooManySessions, .callerBlocked, .mapExceedsCeiling, .mapNotAllowed, .mapLocksYouOut,
                .ticketRequired,
                .linuxUserForbidden, .nodeNotLinux, .nodeNotAllowed, .targetRoleRefused, .auditNotAllowed,
                .administratorRequired, .blockLocksYouOut,
            ], .denied
        ),
        ([.nodeNotFound], .nodeNotFound),
        ([.nodeOffline, .nodeNotConnected, .documentPending], .nodeNotReady),
        ([.auditUnavailable], .auditUnavailable),
        ([.notSigned, .bodyInvalid, .queryInvalid, .reasonInvalid, .mapInvalid], .usage),
        (
            [
                .integrationTimeout, .integrationFailed, .routeNotFound, .methodNotAllowed, .requestExpired,
                .requestReplayed, .documentMissing, .documentChanged, .documentNotDefault, .sessionNotFound,
                .blockNotFound,
                .sessionEnded, .startFailed, .startUnknown, .deadlineTooClose, .targetRoleTagged, .awsThrottled,
                .awsUnavailable,
                .changeUnknown, .mapChanged, .mapMissing, .mapVersionNotFound, .internalFailure,
            ], .failed
        ),
    ]

    @Test("every refusal of the broker has the exit code that this table says")
    func problems() {
        #expect(Set(Self.table.flatMap(\.codes)) == Set(ProblemCode.allCases))
        for (codes, status) in Self.table {
            for code in codes { #expect(ExitStatus(code) == status, "\(code.rawValue)") }
        }
    }
}

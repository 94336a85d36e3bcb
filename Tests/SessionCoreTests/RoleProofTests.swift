import SessionCore
import Testing

/// The proof that a role is Identity Center's.
@Suite struct RoleProofTests {
    struct Path: Sendable, CustomTestStringConvertible {
        let path: String
        let isReserved: Bool
        let why: String
        var testDescription: String { why }
    }

    static let paths = [
        Path(path: "/aws-reserved/sso.amazonaws.com/", isReserved: true, why: "Identity Center in us-east-1"),
        Path(path: "/aws-reserved/sso.amazonaws.com/eu-west-1/", isReserved: true, why: "Identity Center elsewhere"),
        Path(path: "/aws-reserved/sso.amazonaws.com/us-gov-west-1/", isReserved: true, why: "GovCloud"),
        Path(path: "/", isReserved: false, why: "a hand-made role"),
        Path(path: "", isReserved: false, why: "no path"),
        Path(path: "/aws-reserved/sso.amazonaws.com", isReserved: false, why: "no slash at the end"),
        Path(path: "aws-reserved/sso.amazonaws.com/", isReserved: false, why: "no slash before"),
        Path(path: "/aws-reserved/sso.amazonaws.com.evil/", isReserved: false, why: "a longer host"),
        Path(path: "/aws-reserved/ssoxamazonawsxcom/", isReserved: false, why: "letters where the points are"),
        Path(path: "/evil/aws-reserved/sso.amazonaws.com/", isReserved: false, why: "something before"),
        Path(path: "/aws-reserved/sso.amazonaws.com/eu-west-1", isReserved: false, why: "a Region without slash"),
        Path(path: "/aws-reserved/sso.amazonaws.com//", isReserved: false, why: "an empty element"),
        Path(path: "/aws-reserved/sso.amazonaws.com/eu-west-1/x/", isReserved: false, why: "two elements"),
        Path(path: "/aws-reserved/sso.amazonaws.com/EU-WEST-1/", isReserved: false, why: "capitals"),
        Path(path: "/aws-reserved/sso.amazonaws.com/eu_west/", isReserved: false, why: "an underscore"),
        Path(path: "/aws-reserved/sso.amazonaws.com/../", isReserved: false, why: "a way up"),
        Path(path: "/aws-reserved/sso.amazonaws.com/\u{301}", isReserved: false, why: "an accent on the last slash"),
        Path(path: "/AWS-RESERVED/sso.amazonaws.com/", isReserved: false, why: "a path in capitals"),
        Path(path: "/aws-reserved/batch.amazonaws.com/", isReserved: false, why: "another service"),
    ]

    @Test("only Identity Center's path, with at most one Region behind, is reserved", arguments: paths)
    func reserved(_ path: Path) throws {
        #expect(RoleProof.isReserved(path.path) == path.isReserved)
        let caller = try Cast.caller()
        if path.isReserved {
            try RoleProof.check(caller, against: Cast.role(path: path.path))
        } else {
            #expect(throws: RoleProof.Rejection.path(path.path)) {
                try RoleProof.check(caller, against: Cast.role(path: path.path))
            }
        }
    }

    @Test("a role that IAM does not show, of another name, or made anew under the name is not proven")
    func others() throws {
        let caller = try Cast.caller()
        let good = Cast.role()
        #expect(throws: RoleProof.Rejection.notVisible) { try RoleProof.check(caller, against: nil) }
        #expect(throws: RoleProof.Rejection.name) {
            try RoleProof.check(caller, against: RoleFacts(name: good.name + "x", path: good.path, roleID: good.roleID))
        }
        #expect(throws: RoleProof.Rejection.roleID) {
            try RoleProof.check(caller, against: Cast.role(roleID: "AROAEXAMPLEANOTHERAA"))
        }
    }

    @Test("of a long path only the beginning is kept")
    func longPath() throws {
        let path = "/" + String(repeating: "p", count: 511) + "/"
        #expect(throws: RoleProof.Rejection.path(String(path.prefix(128)))) {
            try RoleProof.check(Cast.caller(), against: Cast.role(path: path))
        }
    }
}

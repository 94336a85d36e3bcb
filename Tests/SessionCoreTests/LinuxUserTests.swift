import SessionCore
import Testing

/// Whom sessions may run as.
@Suite struct LinuxUserTests {
    @Test(
        "a name that useradd makes is a Linux user",
        arguments: [
            "dbadmin", "a", "_", "_svc-1", "web_ops", "u" + String(repeating: "1", count: 31), "roots", "root-", "r00t",
        ]
    )
    func accepts(_ text: String) throws {
        #expect(try LinuxUser(text).name == text)
    }

    @Test(
        "nothing is a Linux user that a root shell could take for more than a name",
        arguments: [
            "", "0", "1000", "-n", "Dbadmin", "db admin", "db;id", "$(id)", "`id`", "db|id", "db&", "db>x", "../root",
            "db\n", "db\r\n",
            "db\u{301}", "dbé", "db.admin", "db@corp", "CORP\\db", "db$", "{{ user }}",
            "u" + String(repeating: "u", count: 32), " db", "db*",
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: LinuxUser.Rejection.form(text)) { try LinuxUser(text) }
    }

    @Test("of a long text only the beginning is kept")
    func long() {
        #expect(throws: LinuxUser.Rejection.form(String(repeating: "u", count: 64))) {
            try LinuxUser(String(repeating: "u", count: 1000))
        }
    }

    @Test("no reserved name is a Linux user", arguments: LinuxUser.reserved.sorted())
    func reserved(_ name: String) {
        #expect(throws: LinuxUser.Rejection.reserved(name)) { try LinuxUser(name) }
    }

    @Test("root, the agent's user and the images' default users are reserved")
    func mustBeReserved() {
        // The agent gives ssm-user sudo without password; the others are the default users of AWS's and the distributions' images.
        let names: Set = ["root", "ssm-user", "ec2-user", "ubuntu", "admin", "debian", "centos", "rocky", "fedora"]
        #expect(names.isSubset(of: LinuxUser.reserved))
    }
}

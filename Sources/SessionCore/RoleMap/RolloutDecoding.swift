extension RoleMap.Rollout {
    init(reader: inout JSONReader) {
        if reader.value("regions") == nil {
            reader.note("Missing; expected the Regions where documents go, for example [eu-west-1].", at: "regions")
        } else if reader.value("regions")?.elements?.isEmpty == true {
            reader.note("Expected at least one Region.", at: "regions")
        }
        regions = Set(reader.list("regions", expected: Expected.region) { try? Region($0) })
        excludedAccounts = Set(reader.list("excludedAccounts", expected: Expected.account) { try? AccountID($0) })
        retiredAccounts = Set(reader.list("retiredAccounts", expected: Expected.account) { try? AccountID($0) })
        for account in excludedAccounts.intersection(retiredAccounts).sorted() {
            reader.note("\(account) is excluded as well; an account is one or the other.", at: "retiredAccounts")
        }
        includesManagementAccount = reader.bool("managementAccount") ?? false
    }
}

extension RoleMap.Preferences {
    init(reader: inout JSONReader) {
        runAsDefaultUser = reader.linuxUser("runAsDefaultUser")
        let units = reader.part("organizationalUnits") { part in
            var users: [String: LinuxUser] = [:]
            for name in part.names {
                if !Self.isUnit(name) {
                    part.note(
                        "Expected the id of an organizational unit, as ou-ab12-11111111, or of a root, as r-ab12.",
                        at: name
                    )
                }
                users[name] = part.linuxUser(name, isRequired: true)
            }
            return users
        }
        let accounts = reader.part("accounts") { part in
            var users: [AccountID: LinuxUser] = [:]
            for name in part.names {
                let user = part.linuxUser(name, isRequired: true)
                guard let account = try? AccountID(name) else {
                    part.note("Expected \(Expected.account).", at: name)
                    continue
                }
                users[account] = user
            }
            return users
        }
        organizationalUnits = units ?? [:]
        self.accounts = accounts ?? [:]
    }

    /// Source: Organizations API Reference, `OrganizationalUnitId` and `RootId`.
    private static func isUnit(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isWord = { (part: Substring, range: ClosedRange<Int>) in
            range.contains(part.utf8.count)
                && part.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        switch (parts.first, parts.count) {
        case ("ou", 3): return isWord(parts[1], 4...32) && isWord(parts[2], 8...32)
        case ("r", 2): return isWord(parts[1], 4...32)
        default: return false
        }
    }
}

extension RoleMap.AccountLogging {
    init(reader: inout JSONReader) {
        standard = reader.part("standard") { RoleMap.Logging(reader: &$0) } ?? RoleMap.Logging()
        let accounts = reader.part("accounts") { part in
            var logging: [AccountID: RoleMap.Logging] = [:]
            for name in part.names {
                let found = part.part(name) { RoleMap.Logging(reader: &$0) }
                guard let account = try? AccountID(name) else {
                    part.note("Expected \(Expected.account).", at: name)
                    continue
                }
                logging[account] = found
            }
            return logging
        }
        self.accounts = accounts ?? [:]
    }
}

extension RoleMap.Logging {
    init(reader: inout JSONReader) {
        // The agent expands {{ }} with the node's own rights, so no text may hold it; $ stands only in our two variables.
        let plain = { (allowed: String, range: ClosedRange<Int>) in
            { (text: String) -> String? in
                let bare = text.split(separator: "${account}", omittingEmptySubsequences: false)
                    .flatMap { $0.split(separator: "${region}", omittingEmptySubsequences: false) }
                let isAllowed = bare.allSatisfy { part in
                    part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || allowed.contains($0)) }
                }
                return isAllowed && range.contains(text.utf8.count) ? text : nil
            }
        }
        cloudWatchLogGroup = reader.optional(
            "cloudWatchLogGroup",
            expected: "a log group's name: at most 512 letters, digits and _-/.#",
            parse: plain("_-/.#", 1...512)
        )
        s3Bucket = reader.optional("s3Bucket", expected: "a bucket's name", parse: plain("-.", 3...63))
        s3KeyPrefix = reader.optional(
            "s3KeyPrefix",
            expected: "the beginning of a key: at most 512 letters, digits and _-/.=",
            parse: plain("_-/.=", 1...512)
        )
        let keyText = plain(":/-", 20...256)
        kmsKey = reader.optional("kmsKey", expected: "a KMS key's ARN, arn:aws:kms:<Region>:<account>:key/<id>") {
            keyText($0).flatMap { Self.isKeyARN($0) ? $0 : nil }
        }
    }

    /// The channel's session policy names the key, and IAM grants nothing on an alias.
    ///
    /// Source: Service Authorization Reference, "AWS Key Management Service"; KMS Developer Guide, "Using aliases to control access".
    private static func isKeyARN(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", Partition(rawValue: String(parts[1])) != nil, parts[2] == "kms",
            parts[3] == "${region}" || (try? Region(parts[3])) != nil,
            parts[4] == "${account}" || (try? AccountID(parts[4])) != nil,
            parts[5].hasPrefix("key/"), parts[5].utf8.count > 4
        else { return false }
        return !parts[5].dropFirst(4).contains { "/${}".contains($0) }
    }
}

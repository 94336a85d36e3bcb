internal import SessionCore

/// An account's Session Manager preferences, of which the two keys of Run As are ours and every other is somebody's.
///
/// Source: Systems Manager User Guide, "Session document schema". Landing Zone Accelerator writes log settings into the same
/// document and, since v1.14.0, keeps these two keys.
enum Preferences {
    /// The two keys.
    static func keys(runAs user: LinuxUser) -> JSON {
        // A truth value: with the text "", which some tools write, sessions fail.
        ["runAsDefaultUser": .string(user.name), "runAsEnabled": true]
    }

    /// The preferences with Run As set; nil when they are no object, so that there is nothing to set it in.
    static func merge(runAs user: LinuxUser, into content: JSON) -> JSON? {
        guard case .object(var members) = content else { return nil }
        var inputs: [String: JSON] = [:]
        switch members["inputs"] {
        case .object(let found)?: inputs = found
        case nil, .null?: break
        // Some other value that the agent cannot read either, and that we have no right to throw away.
        default: return nil
        }
        inputs.merge(keys(runAs: user).members ?? [:]) { _, ours in ours }
        members["inputs"] = .object(inputs)
        return .object(members)
    }

    /// The preferences of a Region that has none: AWS's defaults, and Run As.
    static func new(runAs user: LinuxUser) -> JSON {
        [
            "description": "Document to hold regional settings for Session Manager",
            "inputs": [
                "cloudWatchEncryptionEnabled": true,
                "cloudWatchLogGroupName": "",
                "idleSessionTimeout": "20",
                "kmsKeyId": "",
                "runAsDefaultUser": .string(user.name),
                "runAsEnabled": true,
                "s3BucketName": "",
                "s3EncryptionEnabled": true,
                "s3KeyPrefix": "",
            ],
            "schemaVersion": "1.0",
            "sessionType": "Standard_Stream",
        ]
    }
}

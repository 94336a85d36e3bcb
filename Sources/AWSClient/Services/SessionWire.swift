internal import SessionCore

/// The session operations' inputs and outputs as JSON has them.
///
/// Outputs are optional throughout: what must be there is decided where the answer is made, so that its absence is
/// named.
enum SessionWire {
    struct Start: Encodable {
        let target: String
        let documentName: String
        let reason: String?
        let parameters: [String: [String]]?

        private enum CodingKeys: String, CodingKey {
            case target = "Target"
            case documentName = "DocumentName"
            case reason = "Reason"
            case parameters = "Parameters"
        }
    }

    struct Started: Decodable {
        let sessionID: String?
        let tokenValue: String?
        let streamURL: String?

        private enum CodingKeys: String, CodingKey {
            case sessionID = "SessionId"
            case tokenValue = "TokenValue"
            case streamURL = "StreamUrl"
        }
    }

    struct Terminate: Encodable {
        let sessionID: String

        private enum CodingKeys: String, CodingKey {
            case sessionID = "SessionId"
        }
    }

    struct Nothing: Decodable {}

    struct Target: Encodable {
        let target: String

        private enum CodingKeys: String, CodingKey {
            case target = "Target"
        }
    }

    struct Connection: Decodable {
        let status: String?

        private enum CodingKeys: String, CodingKey {
            case status = "Status"
        }
    }

    struct Describe: Encodable {
        struct Filter: Encodable {
            let key: String
            let value: String
        }

        let state: String
        let maxResults: Int
        let nextToken: String?
        let filters: [Filter]?

        private enum CodingKeys: String, CodingKey {
            case state = "State"
            case maxResults = "MaxResults"
            case nextToken = "NextToken"
            case filters = "Filters"
        }
    }

    struct Page: Decodable {
        let sessions: [Session]?
        let nextToken: String?

        private enum CodingKeys: String, CodingKey {
            case sessions = "Sessions"
            case nextToken = "NextToken"
        }
    }

    struct Session: Decodable {
        let sessionID: String?
        let target: String?
        let status: String?
        let owner: String?
        let documentName: String?
        let reason: String?
        let startDate: Double?
        let endDate: Double?

        private enum CodingKeys: String, CodingKey {
            case sessionID = "SessionId"
            case target = "Target"
            case status = "Status"
            case owner = "Owner"
            case documentName = "DocumentName"
            case reason = "Reason"
            case startDate = "StartDate"
            case endDate = "EndDate"
        }
    }
}

extension SSM.ListedSession {
    init(_ wire: SessionWire.Session) throws {
        self.init(
            sessionID: try required(wire.sessionID, "SessionId"),
            target: try required(wire.target, "Target"),
            status: try required(wire.status, "Status"),
            owner: try required(wire.owner, "Owner"),
            documentName: wire.documentName,
            reason: wire.reason,
            started: moment(wire.startDate),
            ended: moment(wire.endDate)
        )
    }
}

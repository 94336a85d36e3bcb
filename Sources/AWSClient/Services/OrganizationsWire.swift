/// Organizations' inputs and outputs as JSON has them.
enum OrganizationsWire {
    struct List: Encodable {
        var parent: String?
        var token: String?

        private enum CodingKeys: String, CodingKey {
            case parent = "ParentId"
            case token = "NextToken"
        }
    }

    struct OneAccount: Encodable {
        let id: String

        private enum CodingKeys: String, CodingKey {
            case id = "AccountId"
        }
    }

    struct Child: Encodable {
        let id: String

        private enum CodingKeys: String, CodingKey {
            case id = "ChildId"
        }
    }

    struct Named: Decodable {
        let id: String?

        private enum CodingKeys: String, CodingKey {
            case id = "Id"
        }
    }

    struct Account: Decodable {
        let id: String?
        let state: String?
        let status: String?

        private enum CodingKeys: String, CodingKey {
            case id = "Id"
            case state = "State"
            case status = "Status"
        }
    }

    struct Roots: Decodable {
        let roots: [Named]?
        let next: String?

        private enum CodingKeys: String, CodingKey {
            case roots = "Roots"
            case next = "NextToken"
        }
    }

    struct Units: Decodable {
        let units: [Named]?
        let next: String?

        private enum CodingKeys: String, CodingKey {
            case units = "OrganizationalUnits"
            case next = "NextToken"
        }
    }

    struct Accounts: Decodable {
        let accounts: [Account]?
        let next: String?

        private enum CodingKeys: String, CodingKey {
            case accounts = "Accounts"
            case next = "NextToken"
        }
    }

    struct Described: Decodable {
        let account: Account?

        private enum CodingKeys: String, CodingKey {
            case account = "Account"
        }
    }

    struct Parents: Decodable {
        let parents: [Named]?

        private enum CodingKeys: String, CodingKey {
            case parents = "Parents"
        }
    }

    struct Organization: Decodable {
        struct Description: Decodable {
            let management: String?

            private enum CodingKeys: String, CodingKey {
                case management = "MasterAccountId"
            }
        }

        let organization: Description?

        private enum CodingKeys: String, CodingKey {
            case organization = "Organization"
        }
    }
}

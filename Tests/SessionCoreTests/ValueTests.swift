import SessionCore
import Testing

/// Accounts, Regions, nodes and our own ids.
@Suite struct ValueTests {
    @Test("an account number is twelve digits, leading zeros kept")
    func accounts() throws {
        #expect(try AccountID("000000000001").digits == "000000000001")
        #expect("\(try AccountID("111122223333"))" == "111122223333")
        #expect(throws: AccountID.Rejection.length(0)) { try AccountID("") }
        #expect(throws: AccountID.Rejection.length(11)) { try AccountID("11112222333") }
        #expect(throws: AccountID.Rejection.length(13)) { try AccountID("1111222233334") }
        #expect(throws: AccountID.Rejection.length(14)) { try AccountID("1111-2222-3333") }
        for text in ["11112222333x", "-11112222333", " 11112222333", "11112222333\n", "１111222233", "+11112222333"] {
            #expect(throws: AccountID.Rejection.notDigits) { try AccountID(text) }
        }
        #expect(try AccountID("111122223333") < AccountID("444455556666"))
    }

    struct Place: Sendable, CustomTestStringConvertible {
        let region: String
        let partition: Partition
        let domain: String
        var testDescription: String { region }
    }

    // botocore 1.43, data/partitions.json: one Region and the dnsSuffix of each partition.
    static let places = [
        Place(region: "eu-west-1", partition: .aws, domain: "amazonaws.com"),
        Place(region: "ap-southeast-7", partition: .aws, domain: "amazonaws.com"),
        Place(region: "mx-central-1", partition: .aws, domain: "amazonaws.com"),
        Place(region: "us-east-1", partition: .aws, domain: "amazonaws.com"),
        Place(region: "cn-northwest-1", partition: .china, domain: "amazonaws.com.cn"),
        Place(region: "us-gov-east-1", partition: .govCloud, domain: "amazonaws.com"),
        Place(region: "eusc-de-east-1", partition: .europeanSovereignCloud, domain: "amazonaws.eu"),
        Place(region: "us-iso-west-1", partition: .iso, domain: "c2s.ic.gov"),
        Place(region: "us-isob-east-1", partition: .isoB, domain: "sc2s.sgov.gov"),
        Place(region: "eu-isoe-west-1", partition: .isoE, domain: "cloud.adc-e.uk"),
        Place(region: "us-isof-south-1", partition: .isoF, domain: "csp.hci.ic.gov"),
    ]

    @Test("a Region tells its partition and the partition its domain", arguments: places)
    func regions(_ place: Place) throws {
        let region = try Region(place.region)
        #expect(region.name == place.region)
        #expect(region.partition == place.partition)
        #expect(region.partition.domain == place.domain)
    }

    @Test("each partition is reached by a Region")
    func partitions() {
        #expect(Set(Self.places.map(\.partition)) == Set(Partition.allCases))
    }

    @Test(
        "what does not look like a Region is refused",
        arguments: [
            "", "eu", "eu-west", "eu-west-", "-west-1", "eu--1", "eu-west-1a", "eu-west-123", "EU-WEST-1", "eu-west-1 ",
            "eu_west_1", "eu-west1-1", "eu-west-x", "aws-global", "eu-wést-1", "eu-west-1/", "*", "eu-*-1",
            "eu-abcdefghijklmnopqrstuvwxyzabcd-1",
        ]
    )
    func noRegion(_ text: String) {
        #expect(throws: Region.Rejection.form(String(text.prefix(64)))) { try Region(text) }
    }

    @Test("an instance and a hybrid node are named as IAM names them")
    func nodes() throws {
        let account = try AccountID(Cast.account)
        let region = try Region("us-gov-west-1")
        for text in ["i-0bbbbbbbbbbbbbbb2", "i-01234567"] {
            let node = try NodeID(text)
            #expect(node.text == text)
            #expect(!node.isHybrid)
            #expect(
                node.arn(account: account, region: region)
                    == "arn:aws-us-gov:ec2:us-gov-west-1:111122223333:instance/\(text)"
            )
        }
        let hybrid = try NodeID("mi-0123456789abcdef0")
        #expect(hybrid.isHybrid)
        #expect(
            hybrid.arn(account: account, region: region)
                == "arn:aws-us-gov:ssm:us-gov-west-1:111122223333:managed-instance/mi-0123456789abcdef0"
        )
    }

    @Test(
        "what is no instance or hybrid node is refused",
        arguments: [
            "", "i-", "i-0123456", "i-012345678", "i-0123456789abcdef", "i-0123456789abcdef01", "i-0123456789ABCDEF0",
            "i-0123456789abcdeg0", "mi-01234567", "mi-0123456789abcdef", "I-01234567", " i-01234567", "i-01234567\n",
            "i-0123456é",
            "ecs:cluster_task_runtime", "sagemaker-studio:x", "eks_c:x", "web-1", "i-*",
            "arn:aws:ec2:eu-west-1:1:instance/i-01234567",
        ]
    )
    func noNode(_ text: String) {
        #expect(throws: NodeID.Rejection.form(text)) { try NodeID(text) }
    }

    @Test("an id of ours is a UUID in small letters")
    func ids() throws {
        #expect(try RecordID("6F1C0E8A-3b52-4e0b-9a64-0d6b0a3c9d11").text == "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11")
        for text in [
            "", "6f1c0e8a3b524e0b9a640d6b0a3c9d11", "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d1",
            "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d111",
            "6f1c0e8-a3b52-4e0b-9a64-0d6b0a3c9d11", "{6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11}",
            "6f1c0e8g-3b52-4e0b-9a64-0d6b0a3c9d11",
            "6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11/",
        ] {
            #expect(throws: RecordID.Rejection.self) { try RecordID(text) }
        }
    }

    @Test("an id made of random bytes is a version 4 UUID")
    func randomIDs() throws {
        #expect(RecordID(random: [UInt8](repeating: 0, count: 16)).text == "00000000-0000-4000-8000-000000000000")
        #expect(RecordID(random: [UInt8](repeating: 0xFF, count: 20)).text == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        let made = RecordID(random: Array(0..<16))
        #expect(made.text == "00010203-0405-4607-8809-0a0b0c0d0e0f")
        #expect(try RecordID(made.text) == made)
    }

    @Test("too few random bytes are a defect, and stop the program")
    func fewBytes() async {
        await #expect(processExitsWith: .failure) { _ = RecordID(random: [1, 2, 3]) }
    }
}

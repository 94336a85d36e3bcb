import SessionCore
import TestSupport
import Testing

/// Whatever comes in, nothing traps, and what is read is read in one way only.
@Suite struct FuzzTests {
    /// Bytes that JSON, ARNs and times are made of; taken more often than others.
    static let likely =
        Array(#"{}[]":,\u0123456789abcdefDd-+.eE truefalsnl/@_=ZT"#.utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xED, 0xF0, 0xFF]

    /// One to four changes: a byte changed, put in, taken out, a stretch doubled or the end cut off.
    static func mutated(_ seed: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            let isLikely = Bool.random(using: &generator)
            let byte =
                isLikely ? likely.randomElement(using: &generator) ?? 0 : UInt8.random(in: 0...255, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0 where place < bytes.count: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            case 2 where place < bytes.count: bytes.remove(at: place)
            case 3: bytes += bytes[place...].prefix(40)
            default: bytes.removeLast(min(bytes.count, Int.random(in: 0...3, using: &generator)))
            }
        }
        return bytes
    }

    @Test(
        "changed JSON is refused, or read as a value that its canonical form gives back",
        arguments: [1, 2, 3, 4] as [UInt64]
    )
    func json(seed: UInt64) throws {
        struct Known: Decodable {
            let text: String
        }
        let seeds = try Repository.fixture("canonical.json", as: [Known].self).map { Array($0.text.utf8) }
        var generator = SeededGenerator(seed: seed)
        var read = 0
        for index in 0..<Generated.count(500) {
            let bytes = Self.mutated(seeds[index % seeds.count], &generator)
            // Why a changed text is refused makes no difference here.
            guard let value = try? JSON(parsing: bytes) else { continue }
            read += 1
            let canonical = value.canonicalBytes
            #expect(try JSON(parsing: canonical) == value)
            #expect(try JSON(parsing: canonical).canonicalBytes == canonical)
        }
        // Both ways were taken.
        #expect((Generated.count(20)..<Generated.count(480)).contains(read))
    }

    @Test("a changed body is refused as a problem of the body, or read as a request that its JSON gives back")
    func body() throws {
        let seed = try Cast.request(reason: "restore the „index“", ticket: "OPS-1").json.canonicalBytes
        var generator = SeededGenerator(seed: 5)
        var read = 0
        for _ in 0..<Generated.count(2000) {
            let body = Self.mutated(seed, &generator)
            do {
                let request = try OpenSessionRequest(body: body)
                read += 1
                #expect(try OpenSessionRequest(body: request.json.canonicalBytes) == request)
            } catch {
                #expect([.bodyInvalid, .reasonInvalid].contains(error.code))
                #expect(error.detail.unicodeScalars.count <= 1024)
            }
        }
        #expect((Generated.count(20)..<Generated.count(1980)).contains(read))
    }

    @Test("a changed caller is refused, or has the form that its ARN says")
    func caller() throws {
        let arn = Array("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Data_Admin_0123456789abcdef/alice".utf8)
        let id = Array("AROAEXAMPLEDATABASEA:alice".utf8)
        var generator = SeededGenerator(seed: 6)
        var read = 0
        for round in 0..<Generated.count(2000) {
            let text = String(decoding: round % 2 == 0 ? Self.mutated(arn, &generator) : arn, as: UTF8.self)
            let caller = String(decoding: round % 2 == 1 ? Self.mutated(id, &generator) : id, as: UTF8.self)
            // Why a changed caller is refused makes no difference here.
            guard let identity = try? CallerIdentity(arn: text, callerID: caller, account: "111122223333") else {
                continue
            }
            read += 1
            #expect(identity.arn.text == text)
            #expect("\(identity.roleID):\(identity.arn.sessionName)" == caller)
            switch identity.role {
            case .permissionSet(let set, let suffix):
                #expect(identity.arn.roleName == "AWSReservedSSO_\(set)_\(suffix)")
                #expect(identity.user == identity.arn.sessionName)
            case .outside(let role):
                #expect(!identity.arn.roleName.hasPrefix("AWSReservedSSO_") && role == nil)
            }
        }
        #expect((Generated.count(20)..<Generated.count(1980)).contains(read))
    }

    @Test("random bytes are read by nothing, and trap nowhere")
    func randomBytes() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<Generated.count(2000) {
            let count = Int.random(in: 0...60, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(throws: Problem.self) { try OpenSessionRequest(body: bytes) }
            #expect(throws: CallerIdentity.Rejection.self) {
                try CallerIdentity(arn: text, callerID: text, account: text)
            }
            #expect(Timestamp(text) == nil)
            #expect(AuditCursor(text) == nil)
            #expect(throws: RecordID.Rejection.self) { try RecordID(text) }
            #expect(throws: NodeID.Rejection.self) { try NodeID(text) }
            #expect(throws: Region.Rejection.self) { try Region(text) }
        }
    }

    @Test("a changed map is refused with problems, or is a map that its canonical form gives back")
    func map() throws {
        let seed = try Cast.mapJSON().canonicalBytes
        var generator = SeededGenerator(seed: 8)
        var read = 0
        for _ in 0..<Generated.count(2000) {
            // Why a changed text is no JSON makes no difference here.
            guard let json = try? JSON(parsing: Self.mutated(seed, &generator)) else { continue }
            do {
                let map = try RoleMap(json: json)
                read += 1
                #expect(try RoleMap(json: JSON(parsing: map.canonicalBytes)) == map)
            } catch let rejection as RoleMap.Rejection {
                #expect(!rejection.problems.isEmpty)
            }
        }
        #expect(read > Generated.count(20))
    }
}

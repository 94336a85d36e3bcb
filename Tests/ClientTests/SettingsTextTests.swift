import Foundation
import Testing

@testable import ssm_broker

@Suite("the configuration file's text")
struct SettingsTextTests {
    static let whole = """
        # where we are
        [default]
        broker_url = https://abc123.execute-api.eu-west-1.amazonaws.com/prod
        ; mine
        profile=acme-dev

        [organization globex]
          broker_url = https://broker.globex.example/prod
          broker_region = us-east-1
        [profile globex admin]
        organization = globex
        [profile 'quoted']
        region = us-east-1

        """

    @Test("sections, settings and comments are read, with their lines")
    func reads() {
        let text = SettingsText(Self.whole)
        #expect(text.mistakes == [])
        #expect(text.text == Self.whole)
        #expect(
            text.entry(.profile, in: .standard)
                == SettingsText.Entry(section: .standard, key: .profile, value: "acme-dev", line: 5)
        )
        #expect(text.entry(.brokerRegion, in: .organization("globex"))?.value == "us-east-1")
        #expect(text.entry(.organization, in: .profile("globex admin"))?.value == "globex")
        #expect(text.entry(.region, in: .profile("quoted"))?.line == 13)
        #expect(SettingsText("[default]\r\noutput = json\r\n").entry(.output, in: .standard)?.value == "json")
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let text: String
        let line: Int
        let says: String
        var testDescription: String { says }
    }

    static let mistakes = [
        Mistake(
            text: "[default]\nbroker_ur = https://x/",
            line: 2,
            says: "broker_ur is no setting of [default]; did you mean broker_url?"
        ),
        Mistake(
            text: "[default]\npassword = x",
            line: 2,
            says: "it may hold broker_url, broker_region, organization, profile"
        ),
        Mistake(text: "output = json", line: 1, says: "it stands before any section; write [default] above it"),
        Mistake(
            text: "[default]\n[defaults]",
            line: 2,
            says: "[defaults] is no section; write [default], [profile NAME]"
        ),
        Mistake(text: "[profile]", line: 1, says: "is no section"),
        Mistake(text: "[default\noutput = json", line: 1, says: "is no section"),
        Mistake(text: "[default]\n\n[default]", line: 3, says: "is there already, on line 1"),
        Mistake(text: "[default]\noutput = json\noutput = table", line: 3, says: "is there already, on line 2"),
        Mistake(text: "[default]\noutput", line: 2, says: "is no setting; write NAME = VALUE"),
        Mistake(text: "[default]\noutput = xml", line: 2, says: "output is not one of table, json"),
        Mistake(text: "[default]\nregion = ireland", line: 2, says: "region is not a Region as eu-west-1"),
        Mistake(text: "[default]\nregion =", line: 2, says: "region is not a Region"),
        Mistake(
            text: "[default]\nbroker_url = http://broker.example/",
            line: 2,
            says: "broker_url is not an address as https://"
        ),
        Mistake(text: "[default]\nplugin = session-manager-plugin", line: 2, says: "plugin is not an absolute path"),
        Mistake(text: "[default]\norganization = acme", line: 2, says: "there is no section [organization acme]"),
        Mistake(text: "[profile a]\nprofile = b", line: 2, says: "profile is no setting of [profile a]"),
    ]

    @Test("each mistake is named by its line, with what is right", arguments: mistakes)
    func refuses(_ mistake: Mistake) throws {
        let text = SettingsText(mistake.text)
        try #require(text.mistakes.count == 1, "\(text.mistakes)")
        #expect(text.mistakes[0].line == mistake.line)
        #expect(text.mistakes[0].text.contains(mistake.says), "\(text.mistakes[0].text)")
    }

    @Test("all mistakes are told at once, from the top")
    func several() {
        let text = SettingsText("x\n[other]\na = b\n[default]\noutput = xml\norganization = o\nregion = 1")
        #expect(text.mistakes.map(\.line) == [1, 2, 5, 6, 7])
    }

    @Test("a change touches its own line alone, and a new section goes to the end")
    func changes() {
        var text = SettingsText(Self.whole)
        text.set("other", for: .profile, in: .standard)
        text.set("json", for: .output, in: .standard)
        text.set(nil, for: .brokerRegion, in: .organization("globex"))
        text.set("eu-west-1", for: .region, in: .profile("new"))
        text.set(nil, for: .plugin, in: .standard)
        #expect(
            text.text
                == Self.whole.replacingOccurrences(of: "profile=acme-dev\n", with: "profile = other\noutput = json\n")
                .replacingOccurrences(of: "  broker_region = us-east-1\n", with: "")
                + "\n[profile new]\nregion = eu-west-1\n"
        )
        #expect(text.mistakes == [])
    }

    @Test("a file that begins with nothing gets its first section without a blank line before it")
    func fresh() {
        var text = SettingsText()
        text.set("json", for: .output, in: .standard)
        #expect(text.text == "[default]\noutput = json\n")
    }
}

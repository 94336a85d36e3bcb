import Testing

@testable import SessionCore

/// The patterns that documents hold, tried with a regular expression engine that is not ours.
@Suite struct PatternTests {
    /// Whether a text fits a pattern, as the agent looks for it: anywhere in the text.
    static func fits(_ text: String, _ pattern: String) throws -> Bool {
        try text.firstMatch(of: Regex(pattern)) != nil
    }

    @Test(
        "the ports of a range fit its pattern, and no other number",
        arguments: [
            1...1, 5432...5432, 80...95, 1...65_535, 8000...8010, 999...1001, 7...70_00, 60_000...65_535, 19...21,
        ]
    )
    func ports(_ range: ClosedRange<Int>) throws {
        let pattern = RoleMap.PortRule(remote: [range]).portPattern
        let regex = try Regex(pattern)
        let wrong = (0...65_600).filter { (String($0).wholeMatch(of: regex) != nil) != range.contains($0) }
        #expect(wrong == [], "\(pattern)")
        for text in [
            "", "0\(range.lowerBound)", "\(range.lowerBound) ", "\(range.lowerBound)00000", "x\(range.lowerBound)",
        ] {
            #expect(try !Self.fits(text, pattern), "\(text)")
        }
    }

    @Test("several ranges are one pattern, anchored as a whole")
    func ranges() throws {
        let rule = RoleMap.PortRule(remote: [22...22, 5432...5433])
        #expect(rule.portPattern == "^(?:22|543[2-3])$")
        #expect(rule.hostPattern == nil)
        #expect(try !Self.fits("122", rule.portPattern) && !Self.fits("5432x", rule.portPattern))
    }

    @Test("a host's pattern takes the host, and a star one label of any name")
    func hosts() throws {
        let rule = RoleMap.PortRule(remote: [1...1], hosts: [.exact("db.internal"), .anyLabel("cache.internal")])
        let pattern = try #require(rule.hostPattern)
        for host in ["db.internal", "a.cache.internal", "a-1.cache.internal"] {
            #expect(try Self.fits(host, pattern), "\(host)")
        }
        for host in [
            "dbxinternal", "db.internal.evil.org", "x.db.internal", "cache.internal", "a.b.cache.internal",
            "-.cache.internal", "A.cache.internal", "a.cache.internal\n.evil", "",
        ] {
            #expect(try !Self.fits(host, pattern), "\(host)")
        }
    }

    @Test("any command is any printable line without what the agent expands")
    func anyCommand() throws {
        let pattern = SessionDocumentContent.anyCommand
        for text in [
            "uptime", "sh -c 'a | b && echo ${HOME}'", "echo {a,b}", "{", "a{", "{a", "find . -exec ls {} ;", "é",
        ] {
            #expect(try Self.fits(text, pattern), "\(text)")
        }
        for text in ["{{ssm:secret}}", "a{{b", "{{", "a{{", "a\nb", "a\u{7F}", "a\u{1B}[2J", " a", "#a"] {
            #expect(try !Self.fits(text, pattern), "\(text)")
        }
    }

    @Test(
        "patterns of known parts are taken, and fit what they say",
        arguments: [
            ("^systemctl (?:status|restart) [a-z0-9@._-]{1,64}$", "systemctl status nginx.service"),
            ("^uptime$", "uptime"), ("^df( -h)?$", "df -h"),
            ("^tail -n \\d+ /var/log/[\\w./-]+$", "tail -n 5 /var/log/a.b"),
            ("^a\\$$", "a$"), ("^[a\\]^-]+$", "a]^-"), ("^(a|b){2,3}c*d+$", "abd"), ("^x{0,}$", "xx"),
        ]
    )
    func accepted(_ pattern: String, _ text: String) throws {
        let read = try AnchoredPattern(pattern)
        #expect(try Self.fits(text, read.text))
        #expect(try !Self.fits("; " + text + " ;", read.text))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let pattern: String
        let rejection: AnchoredPattern.Rejection
        var testDescription: String { pattern }
    }

    static let open: [(String, AnchoredPattern.Rejection)] = [
        ("uptime", .notAnchored), ("^uptime", .notAnchored), ("uptime$", .notAnchored), ("^uptime\\$", .notAnchored),
        ("^a|b$", .openAlternation), ("^(?:a)|b$", .openAlternation), ("^$", .length(2)), ("", .length(0)),
        ("^" + String(repeating: "a", count: 1023) + "$", .length(1025)),
    ]
    static let broken: [(String, AnchoredPattern.Rejection)] = [
        ("^(a$", .unbalanced), ("^a)$", .unbalanced), ("^[a$", .unbalanced), ("^a+?$", .element("?")),
        ("^a++$", .element("+")), ("^*a$", .element("*")), ("^(|*)$", .element("*")), ("^a{$", .element("{")),
        ("^a{x}$", .element("{x}")), ("^a{1,2000}$", .element("{1,2000}")), ("^[z-a]$", .element("z-a")),
        ("^[\\d-z]$", .element("-")), ("^[a-c-e]$", .element("-")), ("^a$|^b$", .element("$")),
    ]
    static let wide: [(String, AnchoredPattern.Rejection)] = [
        ("^.*$", .element(".")), ("^[^a]$", .element("[^")), ("^(?=a)$", .element("(?")), ("^(?i)a$", .element("(?")),
        ("^\\S+$", .element("\\S")), ("^\\bx$", .element("\\b")), ("^\\1$", .element("\\1")),
        ("^\\{\\{$", .element("\\{")), ("^[{]$", .element("{")), ("^[ -~]$", .element(" -~")), ("^é$", .element("é")),
        ("^[a&&b]$", .element("&")), ("^[[:alpha:]]$", .element("[")), ("^a\nb$", .element("\n")),
    ]
    static let refusals = (open + broken + wide).map { Refusal(pattern: $0.0, rejection: $0.1) }

    @Test("what is not anchored, or admits what nobody named, is refused", arguments: refusals)
    func refused(_ refusal: Refusal) {
        #expect(throws: refusal.rejection) { try AnchoredPattern(refusal.pattern) }
    }

    @Test("several patterns are one, and none of them loses its anchors")
    func several() throws {
        let any = AnchoredPattern.any(of: try [AnchoredPattern("^a$"), AnchoredPattern("^b+$")])
        #expect(any == "^(?:a|b+)$")
        #expect(try !Self.fits("xa", any) && !Self.fits("bx", any) && Self.fits("bb", any))
    }

    @Test("the characters that a pattern admits are known, ranges included")
    func literals() throws {
        #expect(try AnchoredPattern("^a[b-d;]\\$\\d$").literals == ["a", "b", "c", "d", ";", "$"])
    }
}

internal import SessionCore

/// What `audit verify` and `audit reconcile` said, in a report; that one was not asked is said too.
enum ReportChecks {
    static func html(_ content: ReportContent) -> [HTML] {
        verification(content.verification) + reconciliation(content.reconciliation)
    }

    private static func verification(_ json: JSON?) -> [HTML] {
        guard let json else { return [ReportPage.nothing("The chains were not verified for this report.")] }
        if json["isIntact"] == true {
            let count = json["records"]?.number.map(String.init) ?? "All"
            let sentence = json["isAnchored"] == true ? "They fit hashes that were kept elsewhere." : AuditVerify.caveat
            return [verdict(true, "Chains intact", "\(count) records. \(sentence)")]
        }
        let findings = (json["findings"]?.elements ?? []).prefix(ReportContent.mostRows).map { finding in
            let place = "Chain \(finding["chain"]?.number ?? 0), record \(finding["sequence"]?.number ?? 0)"
            return HTML.element("li", "\(place): \(finding["explanation"]?.text ?? "-")")
        }
        let verdict =
            json["isBehind"] == true
            ? verdict(
                false,
                "Chains not proven whole",
                "The copy ends before hashes that were kept elsewhere: it is older than these, or it was cut."
            ) : verdict(false, "Chains broken", "The audit log was changed after it was written.")
        return [verdict, HTML.element("ul", Array(findings))]
    }

    private static func reconciliation(_ json: JSON?) -> [HTML] {
        guard let json else { return [ReportPage.nothing("The log was not compared with CloudTrail for this report.")] }
        let rows = (json["findings"]?.elements ?? []).prefix(ReportContent.mostRows).map(row)
        let total = (json["counts"]?.members ?? [:]).values.reduce(0) { $0 + ($1.number ?? 0) }
        var parts: [HTML] = []
        let number = { (name: String) in String(json[name]?.number ?? 0) }
        let compared = "\(number("matched")) of \(number("sessions")) sessions found in \(number("events")) events."
        if json["isClean"] == true {
            parts.append(verdict(true, "CloudTrail agrees", compared))
        } else {
            let findings = "\(total) \(total == 1 ? "finding" : "findings")"
            parts.append(verdict(false, "CloudTrail: \(findings)", compared))
        }
        for file in json["badFiles"]?.elements ?? [] {
            let text = "Not read whole: \(file["path"]?.text ?? "-"): \(file["reason"]?.text ?? "-")"
            parts.append(.element("p", ["class": "bad"], text))
        }
        guard !rows.isEmpty else { return parts }
        let titles = ["Time (UTC)", "Finding", "Account", "Node", "Who", "What"]
        return parts + [ReportPage.table(titles, Array(rows), of: Int(clamping: total))]
    }

    private static func row(_ finding: JSON) -> [String] {
        let time = finding["time"]?.text.flatMap { Timestamp($0) }.map(ReportPage.moment)
        let texts = ["kind", "account", "node", "who", "detail"].map { finding[$0]?.text ?? "–" }
        return [time ?? "–"] + texts
    }

    private static func verdict(_ isGood: Bool, _ words: String, _ sentence: String) -> HTML {
        .element(
            "p",
            [
                .element("strong", ["class": isGood ? "good" : "bad"], "\(isGood ? "✓" : "✗") \(words)."),
                .text(sentence),
            ]
        )
    }
}

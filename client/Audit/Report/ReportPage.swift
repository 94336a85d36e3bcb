internal import SessionCore

/// A report as one page that needs nothing else: no script, nothing loaded, every text escaped.
enum ReportPage {
    /// Nothing may be loaded or run, should markup ever get in; only the style sheet of the page counts.
    private static let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    private static let title = "Sessions through ssm-broker"

    /// The page; the same content gives the same bytes.
    static func render(_ content: ReportContent) -> String {
        let head: [HTML] = [
            .void("meta", ["charset": "utf-8"]),
            .void("meta", ["http-equiv": "Content-Security-Policy", "content": policy]),
            .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
            .void("meta", ["name": "referrer", "content": "no-referrer"]),
            .element("title", title),
            .style(ReportStyle.sheet),
        ]
        let body: [HTML] = [
            .element("h1", title),
            .element("p", ["class": "soft"], span(content)),
            figures(content),
            section("Checks", ReportChecks.html(content)),
            section("Sessions over time", [chart(content)]),
            section("Who connected where", [connections(content)]),
            section("Denials", [denials(content)]),
        ]
        let page = HTML.element("html", ["lang": "en"], [.element("head", head), .element("body", body)])
        return "<!doctype html>\n\(page.source)\n"
    }

    private static func span(_ content: ReportContent) -> String {
        let from = (content.since ?? content.first).map(moment)
        let to = (content.until ?? content.last).map(moment)
        guard let from, let to else { return "The log held nothing for this report on \(moment(content.made)) UTC." }
        return "From \(from) to \(to) UTC; \(content.records) records, read on \(moment(content.made)) UTC."
    }

    private static func figures(_ content: ReportContent) -> HTML {
        let figures = [
            (content.granted, "sessions granted"), (content.started, "of them started"),
            (content.users.count, "people, roles"), (Set(content.connections.keys.map(\.node)).count, "nodes"),
            (content.denied, "denials"), (content.readings, "log readings"),
        ]
        return .element(
            "ul",
            ["class": "figures"],
            figures.map { .element("li", [.element("b", String($0)), .text($1)]) }
        )
    }

    private static func section(_ title: String, _ content: [HTML]) -> HTML {
        .element("section", [.element("h2", title)] + content)
    }

    private static func chart(_ content: ReportContent) -> HTML {
        SessionsChart(content)?.html ?? nothing("No session was granted in this time.")
    }

    private static func connections(_ content: ReportContent) -> HTML {
        let rows = content.frequentConnections.map { connection, visits in
            [
                connection.user, connection.permissionSet, connection.linuxUser, connection.node, connection.account,
                String(visits.count), moment(visits.last), visits.lastReason ?? "–",
            ]
        }
        guard !rows.isEmpty else { return nothing("Nobody, in this time.") }
        return table(
            ["User", "Permission set", "Linux user", "Node", "Account", "Sessions", "Last (UTC)", "Last reason"],
            rows,
            of: content.connections.count
        )
    }

    private static func denials(_ content: ReportContent) -> HTML {
        let rows = content.newestDenials.map { denial in
            [
                moment(denial.time), denial.user, denial.permissionSet, denial.node, denial.code, denial.detail,
                denial.reason ?? "–",
            ]
        }
        guard !rows.isEmpty else { return nothing("Nothing was denied in this time.") }
        return table(
            ["Time (UTC)", "User", "Permission set", "Node", "Code", "Why", "Reason given"],
            rows,
            of: content.denialRecords
        )
    }

    /// Columns whose cells are worth nothing when broken over lines.
    private static let whole: Set = ["Time (UTC)", "Last (UTC)", "Node", "Account", "Sessions", "Linux user"]

    /// A table whose cells carry their column's title, which a narrow screen shows beside each.
    static func table(_ titles: [String], _ rows: [[String]], of total: Int) -> HTML {
        let caption: [HTML] = rows.count < total ? [.element("caption", "\(rows.count) of \(total)")] : []
        let head = HTML.element("tr", titles.map { .element("th", ["scope": "col"], $0) })
        let body = rows.map { row in
            HTML.element("tr", zip(titles, row).map(cell))
        }
        return .element("table", caption + [.element("thead", [head]), .element("tbody", body)])
    }

    private static func cell(_ title: String, _ text: String) -> HTML {
        let name = whole.contains(title) ? "whole" : title == "Permission set" || title == "Code" ? "word" : "free"
        return .element("td", ["class": name, "data-label": title], [.element("span", text)])
    }

    /// Says that there is nothing, which an empty table would not.
    static func nothing(_ sentence: String) -> HTML {
        .element("p", ["class": "soft"], sentence)
    }

    /// A moment to the minute.
    static func moment(_ time: Timestamp) -> String {
        String(time.description.prefix(16).map { $0 == "T" ? " " : $0 })
    }
}

import DocumentEnforcer
import LambdaRuntime
import SessionCore

extension RunReport {
    /// The report as an invocation's reply.
    ///
    /// Shape: `{"changed":1,"current":40,"end":"complete","failed":0,"inScope":40,"left":0,"number":12,"places":[{…}],"skipped":0}`.
    var json: JSON {
        .object([
            "changed": .integer(Int64(changed)),
            "current": .integer(Int64(current)),
            "end": .string(endText),
            "failed": .integer(Int64(failed)),
            "inScope": .integer(Int64(inScope)),
            "left": .integer(Int64(left)),
            "number": .integer(number),
            "places": .array(places.map(\.json)),
            "skipped": .integer(Int64(skipped)),
        ])
    }

    /// The report of a run that nothing but time, a newer map or failing places kept from its end.
    ///
    /// - Throws: ``RunStopped``.
    func checked() throws(RunStopped) -> RunReport {
        if case .stopped(let reason) = end { throw RunStopped(reason: reason) }
        return self
    }

    /// Why an account is not as the map says, for the events of its stack; nil when it is.
    func problem(in account: AccountID) -> String? {
        switch end {
        case .complete where inScope == 0:
            "Account \(account.digits) is none that the broker's deployment looks after."
        case .complete where failed == 0: nil
        case .complete: "\(failed) of \(inScope) Regions are not as the role map says. \(firstProblem)"
        case .deadline:
            "\(left) of \(inScope) Regions were not reached in time; the next scheduled run goes on with them."
        case .superseded: "A newer role map was published meanwhile; its rollout comes here too."
        case .stopped: "The enforcer had to stop; its log says why."
        }
    }

    private var firstProblem: String {
        guard let place = places.first(where: { $0.state == .failed }) else { return "" }
        return "In \(place.region): \(place.problem ?? "a document failed")."
    }

    private var endText: String {
        switch end {
        case .complete: "complete"
        case .deadline: "deadline"
        case .superseded: "superseded"
        case .stopped: "stopped"
        }
    }
}

/// A run that could not go on, so that the event is delivered again.
struct RunStopped: Diagnosable, Hashable {
    /// For the log.
    let reason: String

    var logLine: String { reason }
    var diagnostic: Diagnostic {
        Diagnostic(errorType: "Enforcer.Stopped", errorMessage: "The run could not go on; the log says why.")
    }
}

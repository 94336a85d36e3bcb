internal import SessionCore

extension Broker {
    /// Lets proven administrators pass.
    ///
    /// - Throws: ``Problem`` with `ADMINISTRATOR_REQUIRED`, or whatever the proof of the role throws.
    func requireAdministrator(_ caller: CallerIdentity, in exchange: inout Exchange) async throws {
        guard isAdministrator(caller, map: try await dependencies.mapIfAny()) else {
            throw Problem(
                .administratorRequired,
                detail:
                    "\(caller.sentenceTitle) in account \(caller.account) is no administrator's.",
                next: "Sign in with an administrator's permission set, or ask an administrator of the role map."
            )
        }
        try await prove(caller, in: &exchange)
    }
}

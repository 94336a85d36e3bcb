/// Names of this machine for itself: what is sent there leaves it on no wire.
public enum LoopbackName {
    /// Whether a host is this machine, whatever a resolver says.
    ///
    /// Only addresses, and the names that RFC 6761 keeps for this machine: any other name is for a resolver to say.
    ///
    /// - Parameter host: A name or an address in lower case, without a port; an IPv6 address without its brackets.
    /// - Returns: Whether it is.
    public static func isOne(_ host: String) -> Bool {
        // libcurl asks no resolver for these two, whatever the machine's own does.
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }
}

/// Where a request goes, as far as its front door says.
public enum RequestRoute: Sendable, Hashable {
    /// A REST API has matched one of its own templates, `/v1/sessions/{id}`, and read the parameters.
    case template(String, parameters: [String: String])
    /// A Function URL has no templates: the path as it came, percent-encoded.
    case path(String)

    /// Compares the request's way with a template.
    ///
    /// - Parameter template: For example `/v1/sessions/{id}`; a parameter stands for one whole, non-empty segment.
    /// - Returns: The parameters when the request goes there, nil when it does not.
    public func parameters(matching template: String) -> [String: String]? {
        switch self {
        case .template(let own, let parameters): own == template ? parameters : nil
        case .path(let path): Self.match(path, template)
        }
    }

    private static func match(_ path: String, _ template: String) -> [String: String]? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let patterns = template.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count == patterns.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, pattern) in zip(segments, patterns) {
            if pattern.first == "{", pattern.last == "}" {
                // A `+` stands for itself in a path.
                guard let value = PercentEncoding.decode(segment, plusIsSpace: false), !value.isEmpty else {
                    return nil
                }
                parameters[String(pattern.dropFirst().dropLast())] = value
            } else if segment != pattern {
                return nil
            }
        }
        return parameters
    }
}

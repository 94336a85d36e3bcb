internal import Digests

extension RecordID {
    /// Makes the identifier of a thing that has a name already: the same name gives the same identifier (version 8).
    ///
    /// A record whose id is derived from what it says is kept once, however often it is appended.
    ///
    /// - Parameter name: What tells the thing from every other.
    public init(derivedFrom name: String) {
        var octets = Array(SHA256.hash(name.utf8).prefix(16))
        octets[6] = octets[6] & 0x0F | 0x80
        octets[8] = octets[8] & 0x3F | 0x80
        self.init(octets: octets)
    }
}

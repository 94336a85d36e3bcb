/// The name of an AWS Region, for example `eu-west-1`.
///
/// The form is checked, not the existence: new Regions appear without a new version of this program.
/// Source: AWS General Reference, "AWS Regions"; botocore's `regionRegex` of each partition.
public struct Region: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What is wrong with a text that is no Region name.
    public enum Rejection: Error, Sendable, Hashable {
        /// The text, cut to 64 characters, does not look like `eu-west-1`.
        case form(String)
    }

    /// The name as text.
    public let name: String

    /// Checks and keeps a Region name.
    ///
    /// - Parameter text: Lower-case words and a number, joined by dashes.
    /// - Throws: ``Rejection`` when `text` has another form.
    public init(_ text: some StringProtocol) throws(Rejection) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard text.utf8.count <= 32, parts.count >= 3, let number = parts.last,
            (1...2).contains(number.utf8.count), number.utf8.allSatisfy(digits.contains),
            parts.dropLast().allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(letters.contains) })
        else { throw .form(String(text.prefix(64))) }
        name = String(text)
    }

    /// The partition that the Region belongs to, by its name's beginning.
    public var partition: Partition {
        switch true {
        case name.hasPrefix("cn-"): .china
        case name.hasPrefix("us-gov-"): .govCloud
        case name.hasPrefix("eusc-"): .europeanSovereignCloud
        case name.hasPrefix("us-iso-"): .iso
        case name.hasPrefix("us-isob-"): .isoB
        case name.hasPrefix("eu-isoe-"): .isoE
        case name.hasPrefix("us-isof-"), name.hasPrefix("eu-isof-"): .isoF
        default: .aws
        }
    }

    /// The name.
    public var description: String { name }

    /// Orders by name.
    public static func < (left: Region, right: Region) -> Bool { left.name < right.name }
}

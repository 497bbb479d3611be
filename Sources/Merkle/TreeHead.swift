public import AssayCryptography
internal import AssayWire

/// The size and root of a log at one moment, as the text of a C2SP tlog-checkpoint.
///
///     example.com/log42
///     20852163
///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
///
/// Lines: origin, size in decimal without leading zeros, root in base64; each ends with a line
/// break. Non-empty lines that follow are signed too, but ignored here.
public struct TreeHead: Hashable, Sendable {
  /// Names the log; the first line.
  public let origin: String
  /// How many leaves the log has.
  public let size: UInt64
  /// The root over them.
  public let root: Digest

  /// States the size and root of a log.
  public init(origin: String, size: UInt64, root: Digest) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// The three lines.
  var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }

  /// Reads the text of a note, which always ends with a line break.
  init(text: String) throws(MerkleError) {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard lines.count >= 4, lines.dropLast().allSatisfy({ !$0.isEmpty }) else {
      throw .note(reason: "expected at least three lines (origin, size, root), none empty")
    }
    guard let size = UInt64(lines[1]), String(size) == lines[1] else {
      throw .note(reason: "expected a size in decimal digits on line 2, without leading zeros")
    }
    let rootBytes: [UInt8]
    do { rootBytes = try Base64.decode(lines[2]) } catch { throw .wire(error) }
    guard let root = try? Digest(bytes: rootBytes) else {
      throw .note(reason: "expected a root of 32 bytes on line 3, found \(rootBytes.count)")
    }
    guard size > 0 || root == MerkleTree.emptyRoot else {
      throw .rootMismatch(expected: MerkleTree.emptyRoot, found: root)
    }
    self.init(origin: lines[0], size: size, root: root)
  }
}

import AssayCryptography
import AssayFiles
import AssayMerkle
import AssayTestSupport
import AssayTransparency
import Foundation
import Testing

/// A log in a temporary folder, signed with one key.
final class PublishedLog {
  static let origin = "log.example/1"
  let key: SigningKey
  let root: String
  let folder: LogFolder
  private(set) var entries: [[UInt8]] = []

  init(_ name: String = "www") throws {
    key = try SigningKey(seed: [UInt8](repeating: 5, count: 32))
    root = FileManager.default.temporaryDirectory.appending(path: "assay-\(UUID().uuidString)").path
    folder = LogFolder("\(root)/\(name)")
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func signed(_ entries: [[UInt8]]) throws -> (TreeHead, SignedTreeHead) {
    let head = TreeHead(
      origin: Self.origin, size: UInt64(entries.count),
      root: MerkleTree.root(ofLeafHashes: entries.map(MerkleTree.leafHash)))
    return (head, try SignedTreeHead(signing: head, name: Self.origin, key: key))
  }

  /// Appends entries `text 0`, `text 1`, … up to a size and publishes the head.
  func grow(to size: Int, _ text: String = "entry") throws {
    let new = (entries.count..<size).map { Array("\(text) \($0)".utf8) }
    entries += new
    let (head, signed) = try signed(entries)
    try folder.append(new, head: head, signed: signed)
  }

  /// Another log by the same key that shares the first entries.
  func branch(after count: Int, _ name: String) throws -> PublishedLog {
    let other = try PublishedLog(name)
    try other.grow(to: count)
    return other
  }
}

@Suite struct LogFolderTests {
  @Test func theFilesAreThoseOfTheSpecification() throws {
    let log = try PublishedLog()
    try log.grow(to: 5)
    try log.grow(to: 300)
    let hashes = log.entries.map(MerkleTree.leafHash)
    func file(_ path: String) throws -> [UInt8] {
      try FileAccess.read("\(log.folder.path)/\(path)", limit: 1 << 20)
    }
    #expect(try file("tile/0/000") == hashes[..<256].flatMap(\.bytes))
    #expect(try file("tile/0/001.p/44") == hashes[256...].flatMap(\.bytes))
    #expect(
      try file("tile/1/000.p/1") == MerkleTree.root(ofLeafHashes: Array(hashes[..<256])).bytes)
    #expect(try file("tile/0/000.p/5") == hashes[..<5].flatMap(\.bytes))
    // Entry 256 is "entry 256": nine bytes after a length of 16 bits, the larger byte first.
    #expect(try file("tile/entries/001.p/44").starts(with: [0, 9] + Array("entry 256".utf8)))
    #expect(try file("checkpoint") == log.signed(log.entries).1.encoded)
    #expect(FileAccess.names(in: log.folder.path) == ["checkpoint", "tile"])
    #expect(FileAccess.names(in: log.folder.path + "/tile") == ["0", "1", "entries"])
  }

  @Test func aLogGrownInAnyStepsIsVerifiedFromItsFiles() throws {
    let log = try PublishedLog()
    for size in [0, 1, 255, 256, 257, 511, 512, 513, 600] {
      try log.grow(to: size)
      let head = try log.folder.verify(origin: PublishedLog.origin, key: log.key.verifyingKey)
      #expect(head.size == UInt64(size))
      var tree = log.folder.tree(ofSize: head.size)
      #expect(try tree.root() == head.root)
      let found = try log.folder.entries(from: 0, to: head.size, ofSize: head.size)
      #expect(found == log.entries)
    }
    #expect(
      try log.folder.entries(from: 200, to: 520, ofSize: 600) == Array(log.entries[200..<520]))
    // The tiles of an earlier head are still there, or the full ones that replaced them.
    FileAccess.remove("\(log.folder.path)/tile/0/000.p/255")
    var early = log.folder.tree(ofSize: 255)
    #expect(try early.root() == log.signed(Array(log.entries[..<255])).0.root)
  }

  @Test func nothingIsWrittenForAHeadOfOtherEntries() throws {
    let log = try PublishedLog()
    try log.grow(to: 4)
    let (head, signed) = try log.signed(log.entries + [[1]])
    #expect(throws: TransparencyError.self) {
      try log.folder.append([[2]], head: head, signed: signed)
    }
    #expect(try log.folder.head().unverifiedHead().size == 4)
    let long = [[UInt8](repeating: 0, count: LogFolder.entryByteCountLimit + 1)]
    let (longHead, longSigned) = try log.signed(log.entries + long)
    #expect(throws: TransparencyError.self) {
      try log.folder.append(long, head: longHead, signed: longSigned)
    }
  }

  @Test func everyFileThatIsDamagedMissingOrCutIsNoticed() throws {
    let log = try PublishedLog()
    try log.grow(to: 300)
    func verify() throws {
      _ = try log.folder.verify(origin: PublishedLog.origin, key: log.key.verifyingKey)
    }
    try verify()
    for place in [
      "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000",
      "tile/entries/001.p/44", "checkpoint",
    ] {
      let file = "\(log.folder.path)/\(place)"
      let bytes = try FileAccess.read(file, limit: 1 << 20)
      var flipped = bytes
      flipped[bytes.count / 2] ^= 1
      for changed in [flipped, Array(bytes.dropLast()), bytes + [0], []] {
        try FileAccess.write(changed, to: file)
        #expect(throws: TransparencyError.self, "\(place), \(changed.count) bytes") { try verify() }
      }
      FileAccess.remove(file)
      #expect(throws: TransparencyError.self, "\(place) is gone") { try verify() }
      try FileAccess.write(bytes, to: file)
    }
    try verify()
    #expect(throws: TransparencyError.self) {
      try log.folder.verify(origin: "log.example/2", key: log.key.verifyingKey)
    }
    #expect(throws: TransparencyError.noHead(folder: log.root)) { try LogFolder(log.root).head() }
  }
}

import AssayCryptography
import AssayFiles
import AssayMerkle
import AssayTransparency
import Testing

@Suite struct LogMonitorTests {
  private func monitor(_ log: PublishedLog) -> LogMonitor {
    LogMonitor(
      origin: PublishedLog.origin, key: log.key.verifyingKey,
      copy: LogFolder("\(log.root)/watched"))
  }

  private func fork(_ finding: LogMonitor.Finding) -> LogFork? {
    if case .fork(let fork) = finding { fork } else { nil }
  }

  @Test func followsALogThatOnlyGrows() throws {
    let log = try PublishedLog()
    let monitor = monitor(log)
    var size = 0
    for next in [0, 1, 3, 256, 300, 300, 520] {
      try log.grow(to: next)
      switch try monitor.look(at: log.folder) {
      case .grown(let from, let head, let entries):
        #expect(from == UInt64(size) && head.size == UInt64(next))
        #expect(entries == Array(log.entries[size..<next]))
      case .unchanged(let head): #expect(head.size == UInt64(next) && next == size)
      case let other: Issue.record("\(other)")
      }
      size = next
    }
    _ = try monitor.copy.verify(origin: PublishedLog.origin, key: log.key.verifyingKey)
    // A look at the copy of another monitor finds the same.
    guard case .unchanged = try monitor.look(at: monitor.copy) else {
      Issue.record("the copy is not the log")
      return
    }
  }

  /// A log elsewhere, which has lost its partial tiles and may stop answering.
  private struct ServedLog: TiledLog {
    let folder: LogFolder
    var isAnswering = true
    var name: String { "https://log.example/1" }

    func bytes(of place: String, limit: Int) throws(TransparencyError) -> [UInt8]? {
      guard isAnswering else { throw .source(name: name, reason: "no answer") }
      return try folder.bytes(of: place, limit: limit)
    }
  }

  @Test func looksAtALogThatIsNoFolder() throws {
    let log = try PublishedLog()
    let monitor = monitor(log)
    var served = ServedLog(folder: log.folder)
    #expect(throws: TransparencyError.noHead(folder: served.name)) {
      try ServedLog(folder: LogFolder("\(log.root)/none")).head()
    }
    try log.grow(to: 300)
    guard case .grown(0, let head, _) = try monitor.look(at: served) else {
      Issue.record("nothing has grown")
      return
    }
    #expect(try served.verify(origin: PublishedLog.origin, key: log.key.verifyingKey) == head)
    served.isAnswering = false
    #expect(throws: TransparencyError.source(name: served.name, reason: "no answer")) {
      try monitor.look(at: served)
    }
  }

  /// Two histories that part after some entries, of every order of sizes, and around full tiles.
  @Test(arguments: [
    (2, 5, 7), (2, 7, 5), (4, 6, 6), (0, 1, 2), (1, 2, 8), (3, 4, 9), (7, 8, 300), (255, 256, 300),
    (256, 300, 257), (256, 512, 513), (299, 300, 600),
  ])
  func catchesALogThatShowsTwoHistories(shared: Int, first: Int, second: Int) throws {
    let log = try PublishedLog()
    let other = try log.branch(after: shared, "other")
    try log.grow(to: first)
    try other.grow(to: second, "rewritten")
    let monitor = monitor(log)
    _ = try monitor.look(at: log.folder)
    let found = try #require(try fork(monitor.look(at: other.folder)))
    let evidence = try LogFork(decoding: found.encoded)
    try evidence.verify(origin: PublishedLog.origin, key: log.key.verifyingKey)
    #expect(
      try Set([evidence.smaller, evidence.larger].map { try $0.unverifiedHead().size })
        == [UInt64(first), UInt64(second)])
    // The head alone is enough where the copy is the longer one.
    if second <= first {
      #expect(try fork(monitor.compare(other.folder.head())) != nil)
    } else {
      #expect(throws: TransparencyError.self) { try monitor.compare(other.folder.head()) }
    }
    // What was known is kept.
    #expect(try monitor.copy.head() == log.folder.head())
  }

  @Test func reportsALogThatGoesBackWithoutCallingItAFork() throws {
    let log = try PublishedLog()
    let monitor = monitor(log)
    try log.grow(to: 300)
    _ = try monitor.look(at: log.folder)
    for size in [0, 4, 256, 299] {
      let shorter = try log.branch(after: size, "shorter-\(size)")
      guard case .older(let head, let known) = try monitor.look(at: shorter.folder) else {
        Issue.record("a log of \(size) entries was not noticed")
        continue
      }
      #expect(head.size == UInt64(size) && known.size == 300)
    }
  }

  @Test func refusesALogThatDoesNotShowWhatItsHeadStates() throws {
    let log = try PublishedLog()
    let monitor = monitor(log)
    try log.grow(to: 3)
    _ = try monitor.look(at: log.folder)
    // Rewritten tiles under an honest head are no fork: nothing but the head is signed.
    try log.grow(to: 300)
    let file = "\(log.folder.path)/tile/0/000"
    let bytes = try FileAccess.read(file, limit: 1 << 20)
    var changed = bytes
    changed[0] ^= 1
    try FileAccess.write(changed, to: file)
    #expect(throws: TransparencyError.self) { try monitor.look(at: log.folder) }
    // Nor are entries that do not give the hashes.
    try FileAccess.write(bytes, to: file)
    let entries = "\(log.folder.path)/tile/entries/001.p/44"
    var bundle = try FileAccess.read(entries, limit: 1 << 20)
    bundle[5] ^= 1
    #expect(throws: TransparencyError.self) { try monitor.compare(log.folder.head()) }
    try FileAccess.write(bundle, to: entries)
    #expect(throws: TransparencyError.self) { try monitor.look(at: log.folder) }
    #expect(try monitor.copy.head().unverifiedHead().size == 3)
    // A head by another key is nobody's.
    let stranger = LogMonitor(
      origin: PublishedLog.origin,
      key: try SigningKey(seed: [UInt8](repeating: 6, count: 32)).verifyingKey,
      copy: LogFolder("\(log.root)/stranger"))
    #expect(throws: TransparencyError.self) { try stranger.look(at: log.folder) }
  }
}

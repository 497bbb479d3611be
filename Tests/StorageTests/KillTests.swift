import AssaySettlement
import AssaySettlementTestSupport
import AssayStorageTestSupport
import AssayTestSupport
import Foundation
import Testing

@testable import AssayStorage

/// A process that is killed (signal 9) while it settles: nothing acknowledged is lost.
struct KillTests {
  @Test func nothingAcknowledgedIsLostWhereverTheProcessIsKilled() async throws {
    for round in 0..<20 as Range<UInt64> {
      let folder = try TemporaryFolder()
      let path = folder.file()
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = path as String, round = round as UInt64] in
        try KillTests.settleUntilKilled(path: path, round: round)
      }
      // The acknowledgements that the process wrote down before it was killed.
      let text = try String(contentsOfFile: path + ".acknowledged", encoding: .utf8)
      let acknowledged = text.split(separator: "\n").map(String.init)
      let store = try SettlementStore(path: path, mayCreate: false)
      for key in acknowledged {
        #expect(store.machine.outcome(underKey: key) != nil, "round \(round): \(key) is lost")
      }
      // At most the command that was being written is there unacknowledged.
      #expect(try store.journalEntries().count <= acknowledged.count + 1)
      try store.replayed().checkInvariants()
      // Going on from there ends where an unbroken run ends.
      var plain = SettlementMachine()
      for (command, time) in try sampleCommands(seed: round) {
        _ = try store.apply(command, now: time)
        _ = plain.apply(command, now: time)
      }
      #expect(try store.state == plain.encoded)
    }
  }

  /// Applies the sample commands, writes each acknowledgement down, and kills itself at a random
  /// moment: between two writes of a command, or just after one.
  static func settleUntilKilled(path: String, round: UInt64) throws {
    var generator = SeededGenerator(seed: round)
    var left = Int.random(in: 0..<90, using: &generator)
    func maybeDie() {
      if left == 0 { kill(getpid(), SIGKILL) }
      left -= 1
    }
    try Data().write(to: URL(fileURLWithPath: path + ".acknowledged"))
    let acknowledgements = try #require(
      FileHandle(forWritingAtPath: path + ".acknowledged"))
    let store = try SettlementStore(path: path)
    store.betweenWrites = { _ in maybeDie() }
    for (command, time) in try sampleCommands(seed: round) {
      _ = try store.apply(command, now: time)
      try acknowledgements.write(contentsOf: Data((command.key + "\n").utf8))
      maybeDie()
    }
    kill(getpid(), SIGKILL)
  }
}

internal import Foundation
internal import Harness

/// One piece of work: what a call of it takes here and in each library that can do it.
struct Comparison {
  var work: Work
  var threads: Int
  /// Seconds, the median over the turns.
  var own: Double
  var others: [Peer.Answer]

  /// The fastest of the others.
  var best: Peer.Answer? { others.min { $0.seconds < $1.seconds } }
  /// How many times as fast as the best peer; nil without one.
  var ratio: Double? { best.map { $0.seconds / own } }

  func rate(_ seconds: Double) -> Double { work.unit.perCall / seconds }
}

/// Measures in turns: all of a group here, then in one peer after the other, and again, so that
/// what disturbs the machine for a while disturbs all alike.
struct Comparer {
  let peers: [Peer]
  let turns: Int
  /// Cores of the machine.
  let cores: Int

  /// - Parameters:
  ///   - threads: 0 lets the peers choose how many; Assay then uses one per core.
  ///   - budget: seconds of measuring for one piece of work in one turn.
  func compare(_ group: [Work], threads: Int, budget: Double) -> [Comparison] {
    let own = group.map { OwnWork($0, threads: threads == 0 ? cores : threads) }
    var ownSeconds = [[Double]](repeating: [], count: group.count)
    var others = [[String: (setting: String, seconds: [Double])]](
      repeating: [:], count: group.count)
    for _ in 0..<turns {
      _ = own.first?.seconds(budget: Self.wakingSeconds)
      for (index, work) in own.enumerated() {
        ownSeconds[index].append(work.seconds(budget: budget))
      }
      if threads != 1 { Self.letThreadsSleep() }
      for peer in peers {
        if let first = group.first {
          _ = peer.answers(first, threads: threads, budget: Self.wakingSeconds)
        }
        for (index, work) in group.enumerated() {
          for answer in peer.answers(work, threads: threads, budget: budget) {
            others[index][answer.name, default: (answer.setting, [])].seconds
              .append(answer.seconds)
          }
        }
        if threads != 1 { Self.letThreadsSleep() }
      }
    }
    return group.indices.map { index in
      Comparison(
        work: group[index], threads: threads, own: Statistics(ownSeconds[index]).median,
        others: others[index].sorted { $0.key < $1.key }.map {
          Peer.Answer(
            name: $0.key, setting: $0.value.setting,
            seconds: Statistics($0.value.seconds).median)
        })
    }
  }

  /// Cores that slept work slowly for some 15 ms: everybody's first piece of work is done for
  /// longer than that before it is timed.
  private static let wakingSeconds = 0.05

  /// Thread pools spin for a while before they sleep, OpenMP's for 0.2 s.
  private static func letThreadsSleep() { Thread.sleep(forTimeInterval: 0.25) }
}

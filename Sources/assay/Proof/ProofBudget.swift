internal import AssayFiles

/// Which stretches of a spec's steps were proved, where hidden commitments may be opened so often
/// only.
///
/// The same stretch gives the same proof, byte for byte, so making it again shows nothing new. The
/// list stands beside the secret, which is one for all runs of a spec.
struct ProofBudget {
  private static let limit = 1 << 20
  /// A state ends one proof and begins the next.
  private static let stateOpenings = 2
  private let path: String

  init(secret: String) {
    path = secret + ".openings"
  }

  /// Notes stretches before they are proved.
  ///
  /// - Throws: `OperationError` when the data would have been opened more than `limit` times, or a
  ///   state more than twice.
  func spend(_ stretches: [ClosedRange<UInt64>], limit: Int) throws {
    var known: [ClosedRange<UInt64>] = []
    if FileAccess.exists(path) {
      let text = String(decoding: try FileAccess.read(path, limit: Self.limit), as: UTF8.self)
      known = try text.split(separator: "\n").map { line in
        let numbers = line.split(separator: "-").compactMap { UInt64($0) }
        guard numbers.count == 2, 0 < numbers[0], numbers[0] <= numbers[1] else {
          throw OperationError("'\(path)' holds no list of proved steps: found '\(line)'.")
        }
        return numbers[0]...numbers[1]
      }
    }
    let new = stretches.filter { !known.contains($0) }
    guard known.count + new.count <= limit else {
      throw OperationError(
        "The data stay hidden in \(limit) proofs; \(known.count) were made, and \(new.count) "
          + "more are asked for. Prove fewer intervals, or make the spec with more --openings.")
    }
    var openings: [UInt64: Int] = [:]
    for stretch in known + new {
      for state in [stretch.lowerBound - 1, stretch.upperBound] { openings[state, default: 0] += 1 }
    }
    if let state = openings.filter({ $0.value > Self.stateOpenings }).keys.min() {
      throw OperationError(
        "The state after step \(state) stays hidden in \(Self.stateOpenings) proofs, and was "
          + "opened in those of other steps. Prove the steps that were proved before.")
    }
    guard !new.isEmpty else { return }
    let text = (known + new).map { "\($0.lowerBound)-\($0.upperBound)\n" }.joined()
    try FileAccess.write(Array(text.utf8), to: path, replacing: true)
  }
}

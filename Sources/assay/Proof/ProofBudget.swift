internal import AssayFiles
internal import AssayWire

/// Which stretches of a run were proved, where the number of proofs that data stay hidden in is limited.
///
/// The same stretch gives the same proof, byte for byte, so making it again shows nothing new.
struct ProofBudget {
  private static let limit = 1 << 20
  private let path: String

  init(run: String) {
    path = run + "/openings.txt"
  }

  /// Notes stretches before they are proved.
  ///
  /// - Throws: `OperationError` when more than `limit` would have been proved.
  func spend(_ stretches: [ClosedRange<UInt64>], limit: Int) throws {
    var lines: [String] = []
    if FileAccess.exists(path) {
      let text = String(decoding: try FileAccess.read(path, limit: Self.limit), as: UTF8.self)
      lines = text.split(separator: "\n").map(String.init)
    }
    let known = Set(lines)
    let new = stretches.map { "\($0.lowerBound)-\($0.upperBound)" }.filter { !known.contains($0) }
    guard known.count + new.count <= limit else {
      throw OperationError(
        "the data stay hidden in \(limit) proofs; \(known.count) were made, and \(new.count) more are "
          + "asked for. Prove fewer intervals, or make the spec with more --openings.")
    }
    guard !new.isEmpty else { return }
    let text = (lines + new).joined(separator: "\n") + "\n"
    try FileAccess.write(Array(text.utf8), to: path, replacing: true)
  }
}

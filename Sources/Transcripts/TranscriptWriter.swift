public import AssayAlgebra
public import AssayCryptography
internal import AssayWire

/// The prover's transcript: writes a proof in the schedule's order and draws the same challenges as
/// the verifier's.
///
/// Sending a message absorbs it. Each call must name the schedule's next step. A transcript cannot
/// be copied, so no challenge is drawn before its messages are fixed.
public struct TranscriptWriter<K: ChallengeField>: ~Copyable, Sendable {
  private var state: TranscriptState<K>
  private var writer = WireWriter()

  /// Starts at the first step, after absorbing the field, the schedule and the context.
  public init(schedule: Schedule, context: [UInt8]) {
    state = TranscriptState(schedule: schedule, context: context)
  }

  /// Sends a digest.
  ///
  /// - Throws: `TranscriptError.step` out of order.
  public mutating func send(_ label: String, digest: Digest) throws(TranscriptError) {
    _ = try state.advance(label, "digest")
    write(label, digest.bytes)
  }

  /// Sends elements, as many as the schedule says.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.count` for another number.
  public mutating func send(_ label: String, elements: [K]) throws(TranscriptError) {
    guard case .elements(let count) = try state.advance(label, "elements") else { return }
    guard elements.count == count else {
      throw .count(label: label, expected: count, found: elements.count)
    }
    write(label, K.bytes(of: elements))
  }

  /// Sends bytes, as many as the schedule says.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.count` for another number.
  public mutating func send(_ label: String, bytes: [UInt8]) throws(TranscriptError) {
    guard case .bytes(let count) = try state.advance(label, "bytes") else { return }
    guard bytes.count == count else {
      throw .count(label: label, expected: count, found: bytes.count)
    }
    write(label, bytes)
  }

  /// Sends an opening after its byte count.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.wire` above the schedule's limit.
  public mutating func send(_ label: String, opening: [UInt8]) throws(TranscriptError) {
    guard case .opening(let limit) = try state.advance(label, "opening") else { return }
    guard opening.count <= limit else {
      throw .wire(label: label, .tooLong(limit: limit, found: opening.count))
    }
    writer.write(lengthPrefixed: opening)
    state.absorb(label, opening)
  }

  /// Draws the elements of the next step.
  ///
  /// - Throws: `TranscriptError.step` out of order.
  public mutating func challenges(_ label: String) throws(TranscriptError) -> [K] {
    try state.challenges(label)
  }

  /// Draws the one element of the next step, which is `challenges(1)` in the schedule.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.count` when the step has another number.
  public mutating func challenge(_ label: String) throws(TranscriptError) -> K {
    try state.challenge(label)
  }

  /// Draws the indices of the next step. Some may be equal.
  ///
  /// - Throws: `TranscriptError.step` out of order.
  public mutating func indices(_ label: String) throws(TranscriptError) -> [Int] {
    try state.indices(label)
  }

  /// Finds and sends the least number that solves the next step's puzzle.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.grinding` when there is no such number.
  /// - Complexity: 2^bits hashes on average.
  public mutating func grind(_ label: String) throws(TranscriptError) {
    guard case .grind(let bits) = try state.advance(label, "grind"), bits > 0 else { return }
    for nonce in 0...UInt64.max where state.solves(label, nonce: nonce, bits: bits) {
      write(label, TranscriptReader<K>.bytes(of: nonce))
      return
    }
    throw .grinding(label: label, bits: bits)
  }

  /// Ends the proof where the schedule does.
  ///
  /// - Returns: the bytes that the verifier's transcript reads.
  /// - Throws: `TranscriptError.step` when steps remain.
  public consuming func finish() throws(TranscriptError) -> [UInt8] {
    try state.finish()
    return writer.bytes
  }

  private mutating func write(_ label: String, _ bytes: [UInt8]) {
    writer.write(raw: bytes)
    state.absorb(label, bytes)
  }
}

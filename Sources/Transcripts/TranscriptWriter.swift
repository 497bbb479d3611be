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
  /// What is added to masked elements, in their order.
  private var pads: ArraySlice<K>
  /// The factors of all masked products and inverses so far.
  public private(set) var factors: [(K, K)] = []
  /// Whether products are sent: where messages are masked.
  private let isMasking: Bool

  /// Starts at the first step, after absorbing the field, the schedule and the context.
  ///
  /// - Parameter pads: what is added to masked elements, in their order.
  public init(schedule: Schedule, context: [UInt8], pads: [K] = []) {
    state = TranscriptState(schedule: schedule, context: context)
    self.pads = pads[...]
    isMasking = schedule.maskedCount > 0
  }

  /// The proof so far.
  public var bytes: [UInt8] { writer.bytes }

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
    if case .masked = state.next?.kind {
      guard case .masked(let count) = try state.advance(label, "masked elements") else { return }
      return try write(label, masked: elements, count: count)
    }
    guard case .elements(let count) = try state.advance(label, "elements") else { return }
    guard elements.count == count else {
      throw .count(label: label, expected: count, found: elements.count)
    }
    write(label, K.bytes(of: elements))
  }

  /// Sends the products of pairs where messages are masked; where they are not, whoever reads the
  /// factors multiplies them.
  ///
  /// - Throws: as for elements.
  public mutating func send(
    _ label: String, productsOf pairs: [(K, K)]
  ) throws(TranscriptError) {
    guard isMasking, !pairs.isEmpty else { return }
    guard case .products(let count) = try state.advance(label, "masked products") else { return }
    factors += pairs
    try write(label, masked: pairs.map { $0.0 * $0.1 }, count: count)
  }

  /// Sends the inverse of an element, which shows that it is not zero, where messages are masked.
  ///
  /// - Throws: as for elements.
  public mutating func send(_ label: String, inverseOf element: K) throws(TranscriptError) {
    guard isMasking else { return }
    guard case .products(let count) = try state.advance(label, "masked products") else { return }
    let inverse = element.inverse ?? .zero
    factors.append((element, inverse))
    try write(label, masked: [inverse], count: count)
  }

  private mutating func write(
    _ label: String, masked elements: [K], count: Int
  ) throws(TranscriptError) {
    guard elements.count == count, pads.count >= count else {
      throw .count(label: label, expected: count, found: min(elements.count, pads.count))
    }
    write(label, K.bytes(of: zip(elements, pads).map { $0.0 + $0.1 }))
    pads = pads.dropFirst(count)
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

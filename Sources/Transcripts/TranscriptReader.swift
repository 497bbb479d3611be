public import AssayAlgebra
public import AssayCryptography
internal import AssayWire

/// The verifier's transcript: reads a proof in the schedule's order and draws the challenges.
///
/// Reading a message absorbs it, and there is no other way to come by a challenge. Each call must
/// name the schedule's next step. A transcript cannot be copied, so no challenge is drawn twice.
///
/// - Soundness: `context` must hold every public input and every claimed value; what is absent from
///   it is not bound by the challenges.
public struct TranscriptReader<K: ChallengeField>: ~Copyable, Sendable {
  private var state: TranscriptState<K>
  private var reader: WireReader

  /// Starts at the first step, after absorbing the field, the schedule and the context.
  public init(schedule: Schedule, context: [UInt8], proof: [UInt8]) {
    state = TranscriptState(schedule: schedule, context: context)
    reader = WireReader(proof)
  }

  /// Reads the digest that the next step sends.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.wire` when the proof is too short.
  public mutating func digest(_ label: String) throws(TranscriptError) -> Digest {
    _ = try state.advance(label, "digest")
    let bytes = try read(label, count: Digest.byteCount)
    do { return try Digest(bytes: bytes) } catch {
      throw .count(label: label, expected: Digest.byteCount, found: bytes.count)
    }
  }

  /// Reads the elements that the next step sends, as many as the schedule says.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.wire` when the proof is too short,
  ///   `.notReduced` for bytes that are no element.
  public mutating func elements(_ label: String) throws(TranscriptError) -> [K] {
    guard case .elements(let count) = try state.advance(label, "elements") else { return [] }
    return try elements(label, count: count)
  }

  /// Reads the masked elements that the next step sends, as many as the schedule says.
  ///
  /// - Throws: as for elements.
  public mutating func masked(_ label: String) throws(TranscriptError) -> [K] {
    guard case .masked(let count) = try state.advance(label, "masked elements") else { return [] }
    return try elements(label, count: count)
  }

  /// Reads the masked products or inverses that the next step sends, as many as the schedule says.
  ///
  /// - Throws: as for elements.
  public mutating func products(_ label: String) throws(TranscriptError) -> [K] {
    guard case .products(let count) = try state.advance(label, "masked products") else {
      return []
    }
    return try elements(label, count: count)
  }

  private mutating func elements(
    _ label: String, count: Int
  ) throws(TranscriptError) -> [K] {
    let bytes = try read(label, count: count * K.byteCount)
    if let elements = K.elements(canonicalBytes: bytes[...]) { return elements }
    let wrong = (0..<count).first { index in
      K(canonicalBytes: bytes[index * K.byteCount..<(index + 1) * K.byteCount]) == nil
    }
    throw .notReduced(label: label, index: wrong ?? 0)
  }

  /// Reads the bytes that the next step sends, as many as the schedule says.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.wire` when the proof is too short.
  public mutating func bytes(_ label: String) throws(TranscriptError) -> [UInt8] {
    guard case .bytes(let count) = try state.advance(label, "bytes") else { return [] }
    return try read(label, count: count)
  }

  /// Reads the opening that the next step sends: its own byte count comes first.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.wire` when it is longer than the schedule's
  ///   limit or the proof is too short.
  public mutating func opening(_ label: String) throws(TranscriptError) -> [UInt8] {
    guard case .opening(let limit) = try state.advance(label, "opening") else { return [] }
    let bytes: [UInt8]
    do { bytes = try reader.readLengthPrefixed(limit: limit) } catch {
      throw .wire(label: label, error)
    }
    state.absorb(label, bytes)
    return bytes
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

  /// Reads the number that the next step's puzzle asks for, and checks it.
  ///
  /// - Throws: `TranscriptError.step` out of order, `.wire` when the proof is too short,
  ///   `.grinding` when the number is no solution.
  public mutating func grind(_ label: String) throws(TranscriptError) {
    guard case .grind(let bits) = try state.advance(label, "grind"), bits > 0 else { return }
    let nonce: UInt64
    do { nonce = try reader.readUInt64() } catch { throw .wire(label: label, error) }
    guard state.solves(label, nonce: nonce, bits: bits) else {
      throw .grinding(label: label, bits: bits)
    }
    state.absorb(label, Self.bytes(of: nonce))
  }

  /// Accepts a proof that ends where the schedule does.
  ///
  /// - Throws: `TranscriptError.step` when steps remain, `.wire` when bytes do.
  public consuming func finish() throws(TranscriptError) {
    try state.finish()
    do { try reader.finish() } catch { throw .wire(label: "end of the proof", error) }
  }

  private mutating func read(_ label: String, count: Int) throws(TranscriptError) -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try reader.readBytes(count: count) } catch { throw .wire(label: label, error) }
    state.absorb(label, bytes)
    return bytes
  }

  static func bytes(of nonce: UInt64) -> [UInt8] {
    var writer = WireWriter()
    writer.write(nonce)
    return writer.bytes
  }
}

extension TranscriptState {
  /// Draws the one element of a step.
  mutating func challenge(_ label: String) throws(TranscriptError) -> K {
    let elements = try challenges(label)
    guard elements.count == 1 else {
      throw .count(label: label, expected: 1, found: elements.count)
    }
    return elements[0]
  }
}

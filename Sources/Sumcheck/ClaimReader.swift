public import AssayAlgebra
public import AssayTranscripts

/// What verifiers of sums read messages from and draw challenges from.
///
/// Verifiers are written once for it: where a proof is transparent, messages are elements, and what
/// must hold is compared; where messages are masked, values are affine functions of the masks, and
/// what must hold is noted, to be shown of the committed masks in the end.
public protocol ClaimReader<Value>: ~Copyable {
  /// What a message is read as.
  associatedtype Value: AffineValue

  /// Reads the message of the next step.
  mutating func values(_ label: String) throws(TranscriptError) -> [Value]

  /// Draws the elements of the next step.
  mutating func challenges(_ label: String) throws(TranscriptError) -> [Value.Scalar]

  /// Draws the one element of the next step.
  mutating func challenge(_ label: String) throws(TranscriptError) -> Value.Scalar

  /// The products of pairs. Where values are masked they are the message of the next step.
  mutating func products(
    _ label: String, _ pairs: [(Value, Value)]
  ) throws(TranscriptError) -> [Value]

  /// Whether two values are equal; where they are masked, that is noted as to be shown.
  mutating func areEqual(_ left: Value, _ right: Value) -> Bool

  /// Whether a value is not zero; where it is masked, its inverse is the message of the next step.
  mutating func isNotZero(_ label: String, _ value: Value) throws(TranscriptError) -> Bool
}

extension TranscriptReader: ClaimReader {
  public mutating func values(_ label: String) throws(TranscriptError) -> [K] {
    try elements(label)
  }

  public mutating func products(
    _ label: String, _ pairs: [(K, K)]
  ) throws(TranscriptError) -> [K] {
    pairs.map { $0.0 * $0.1 }
  }

  public mutating func areEqual(_ left: K, _ right: K) -> Bool { left == right }

  public mutating func isNotZero(_ label: String, _ value: K) throws(TranscriptError) -> Bool {
    value != .zero
  }
}

extension ClaimReader where Self: ~Copyable {
  /// Reads the next message, of `count` values.
  mutating func read(_ label: String, count: Int) throws(SumcheckError) -> [Value] {
    let sent: [Value]
    do { sent = try values(label) } catch { throw .transcript(error) }
    guard sent.count == count else {
      throw .transcript(.count(label: label, expected: count, found: sent.count))
    }
    return sent
  }

  /// Draws one challenge.
  mutating func draw(_ label: String) throws(SumcheckError) -> Value.Scalar {
    do { return try challenge(label) } catch { throw .transcript(error) }
  }

  /// Multiplies pairs.
  mutating func multiply(
    _ label: String, _ pairs: [(Value, Value)]
  ) throws(SumcheckError) -> [Value] {
    let found: [Value]
    do { found = try products(label, pairs) } catch { throw .transcript(error) }
    guard found.count == pairs.count else {
      throw .transcript(.count(label: label, expected: pairs.count, found: found.count))
    }
    return found
  }
}

/// A message of a sum: plain, or masked.
enum SumMessage {
  static func elements(_ count: Int, isMasked: Bool) -> Schedule.Kind {
    isMasked ? .masked(count) : .elements(count)
  }

  /// The message of products or inverses, which only masked values need.
  static func products(_ label: String, _ count: Int, isMasked: Bool) -> [Schedule.Step] {
    isMasked && count > 0 ? [Schedule.Step(label, .products(count))] : []
  }
}

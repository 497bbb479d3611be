internal import AssayAlgebra
internal import AssayCryptography
internal import AssayWire

/// Where two sides are in a schedule, and the hash of all that was absorbed.
struct TranscriptState<K: ChallengeField>: Sendable {
  private let schedule: Schedule
  private var position = 0
  private var hash: Digest

  /// Absorbs the field, the schedule and every public input.
  init(schedule: Schedule, context: [UInt8]) {
    self.schedule = schedule
    // −1 names the field: its bytes are those of p − 1, in as many coordinates as there are.
    hash = SHA256.digest(
      domain: "assay.transcript.v1", [K(-1).canonicalBytes, schedule.digest.bytes, context])
  }

  /// What the next step is.
  var next: Schedule.Step? {
    position < schedule.steps.count ? schedule.steps[position] : nil
  }

  /// Moves to the next step, which must have the label and be of the kind with this name.
  mutating func advance(
    _ label: String, _ name: String
  ) throws(TranscriptError) -> Schedule.Kind {
    let next = next
    guard let next, next.label == label, next.kind.name == name else {
      throw .step(expected: next.map(Self.describe), found: "\(name) '\(label)'")
    }
    position += 1
    return next.kind
  }

  /// Accepts the end of the schedule and nothing else.
  func finish() throws(TranscriptError) {
    guard position == schedule.steps.count else {
      throw .step(expected: Self.describe(schedule.steps[position]), found: "the end")
    }
  }

  private static func describe(_ step: Schedule.Step) -> String {
    "\(step.kind.name) '\(step.label)'"
  }

  /// σ ← SHA-256(σ ‖ "A" ‖ label ‖ byte count ‖ bytes).
  mutating func absorb(_ label: String, _ bytes: [UInt8]) {
    var message = self.message("A", label, UInt64(bytes.count))
    message.write(raw: bytes)
    hash = SHA256.digest(of: message.bytes)
  }

  /// σ ‖ tag ‖ label ‖ number: what every hash here begins with.
  private func message(
    _ tag: Unicode.Scalar, _ label: String, _ number: UInt64
  ) -> WireWriter {
    var writer = WireWriter()
    hash.encode(to: &writer)
    writer.write(UInt8(ascii: tag))
    writer.write(label)
    writer.write(number)
    return writer
  }

  /// Draws the elements of a step: each from the first block that is a reduced sample.
  mutating func challenges(_ label: String) throws(TranscriptError) -> [K] {
    guard case .challenges(let count) = try advance(label, "challenges") else { return [] }
    var elements: [K] = []
    var counter: UInt64 = 0
    // BOUND: a sample is accepted with probability above 3/4, so the loop ends.
    while elements.count < count {
      let block = SHA256.digest(of: message("C", label, counter).bytes).bytes
      counter += 1
      if let element = K(sample: Array(block.prefix(K.sampleByteCount))) {
        elements.append(element)
      }
    }
    absorb(label, K.bytes(of: elements))
    return elements
  }

  /// Draws the indices of a step: four from each block, the low bits of its 64-bit words.
  mutating func indices(_ label: String) throws(TranscriptError) -> [Int] {
    guard case .indices(let count, let bits) = try advance(label, "indices") else { return [] }
    var indices: [Int] = []
    var absorbed = WireWriter()
    var counter: UInt64 = 0
    while indices.count < count {
      let block = SHA256.digest(of: message("I", label, counter).bytes).bytes
      counter += 1
      for start in stride(from: 0, to: block.count, by: 8) where indices.count < count {
        let word = block[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let index = word & (1 << UInt64(bits) - 1)
        indices.append(Int(index))
        absorbed.write(index)
      }
    }
    absorb(label, absorbed.bytes)
    return indices
  }

  /// Whether SHA-256(σ ‖ "G" ‖ label ‖ nonce) begins with that many zero bits.
  func solves(_ label: String, nonce: UInt64, bits: Int) -> Bool {
    var zeros = 0
    for byte in SHA256.digest(of: message("G", label, nonce).bytes).bytes {
      zeros += byte.leadingZeroBitCount
      if byte != 0 { break }
    }
    return zeros >= bits
  }
}

extension ChallengeField {
  /// The canonical bytes of elements, one after the other.
  static func bytes(of elements: [Self]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(elements.count * byteCount)
    for element in elements { bytes += element.canonicalBytes }
    return bytes
  }
}

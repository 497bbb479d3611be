import AssayAlgebra
import AssayTranscripts

/// The messages of a proof, found by walking its schedule.
struct ProofParts {
  struct Message {
    var label: String
    var bytes: [UInt8]
    /// Whether the byte count stands before the bytes.
    var isOpening: Bool
  }

  var messages: [Message] = []

  init<K: ChallengeField>(_ proof: [UInt8], schedule: Schedule, field: K.Type) {
    var position = 0
    for step in schedule.steps {
      var isOpening = false
      let count: Int
      switch step.kind {
      case .digest: count = 32
      case .elements(let number), .masked(let number), .products(let number):
        count = number * K.byteCount
      case .bytes(let number): count = number
      case .grind(let bits): count = bits == 0 ? 0 : 8
      case .opening:
        isOpening = true
        count = proof[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        position += 4
      case .challenges, .indices: continue
      }
      messages.append(
        Message(
          label: step.label, bytes: Array(proof[position..<position + count]),
          isOpening: isOpening))
      position += count
    }
    precondition(position == proof.count, "the schedule describes the whole proof")
  }

  var proof: [UInt8] {
    messages.flatMap { message in
      let count = UInt32(message.bytes.count)
      let prefix = (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(8 * $0)) }
      return (message.isOpening ? prefix : []) + message.bytes
    }
  }

  /// The position of the first message with a label.
  func index(of label: String) -> Int {
    guard let index = messages.firstIndex(where: { $0.label == label }) else {
      preconditionFailure("no message '\(label)'")
    }
    return index
  }
}

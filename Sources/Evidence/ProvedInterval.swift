public import AssayCryptography
public import AssayWire

/// A drawn interval that rests on a proof.
public struct ProvedInterval: Hashable, Sendable {
  /// The interval, numbered in the claim's segment from 0.
  public let interval: Int
  /// SHA-256 of the proof's bytes.
  public let proof: Digest

  /// An interval and its proof.
  public init(interval: Int, proof: Digest) {
    self.interval = interval
    self.proof = proof
  }
}

extension ProvedInterval {
  /// `{"interval":7,"proof":"…"}`.
  public var json: JSONValue {
    .object(["interval": .integer(interval), "proof": .string(proof.hex)])
  }

  /// Reads a list of at most `EvidencePolicy.provedLimit`, ascending.
  public static func list(
    _ key: String, of fields: inout JSONFields
  ) throws(WireError) -> [ProvedInterval] {
    let entries = try fields.objects(key)
    guard (1...EvidencePolicy.provedLimit).contains(entries.count) else {
      throw fields.failure(
        key, "expected 1 to \(EvidencePolicy.provedLimit) proofs, found \(entries.count)")
    }
    var list: [ProvedInterval] = []
    for object in entries {
      var entry = object
      let interval = try entry.integer("interval", in: 0...Detection.intervalLimit)
      let proof = try entry.evidenceDigest("proof")
      try entry.finish()
      guard interval > list.last?.interval ?? -1 else {
        throw fields.failure(key, "expected ascending intervals, found \(interval) too late")
      }
      list.append(ProvedInterval(interval: interval, proof: proof))
    }
    return list
  }
}

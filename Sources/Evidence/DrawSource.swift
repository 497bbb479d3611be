public import AssayBeacons
public import AssayCryptography
internal import AssayWire

/// What nobody knew when the provider claimed, and from which the draw follows.
public enum DrawSource: Hashable, Sendable {
  /// The buyer's and the operator's secrets, committed to before the claim and revealed after it.
  case secrets(buyer: [UInt8], operator: [UInt8])
  /// The output of a delay over the claim: no one else had to be there, but whoever claims again
  /// and again draws again, at the price of the delay. `Grinding` says what that costs.
  case delay(DelayProof)

  /// What a delay is over: everything that the draw depends on but its output.
  public static func delayInput(
    job: String, terms: Digest, claim: Digest, policy: Digest
  ) -> Digest {
    SHA256.digest(
      domain: "assay/delay/v1", [Array(job.utf8), terms.bytes, claim.bytes, policy.bytes])
  }

  /// The randomness, after checking that it is what it says.
  func randomness(delayInput: Digest) throws(EvidenceError) -> Digest {
    switch self {
    case .secrets(let buyer, let other):
      return try Randomness.combined(buyerSecret: buyer, operatorSecret: other)
    case .delay(let delay):
      do throws(BeaconError) {
        try delay.verify(input: delayInput)
      } catch { throw .delay(error) }
      return delay.randomness
    }
  }

  /// The members of a challenge file.
  var members: [JSONMember] {
    switch self {
    case .secrets(let buyer, let other):
      [
        JSONMember(name: "buyerSecret", value: .string(Hex.encode(buyer))),
        JSONMember(name: "operatorSecret", value: .string(Hex.encode(other))),
      ]
    case .delay(let delay):
      [
        JSONMember(
          name: "delay",
          value: .object([
            "squarings": .integer(Int(delay.squarings)),
            "output": .string(Hex.encode(delay.output)), "proof": .string(Hex.encode(delay.proof)),
          ]))
      ]
    }
  }

  /// Reads the members of a challenge file.
  init(_ fields: inout JSONFields) throws(WireError) {
    guard let value = fields.optionalValue("delay") else {
      self = .secrets(
        buyer: try Hex.decode(fields.boundedString("buyerSecret", limit: 64)),
        operator: try Hex.decode(fields.boundedString("operatorSecret", limit: 64)))
      return
    }
    var delay = try JSONFields(value, path: "delay")
    let digits = 2 * DelayProof.elementByteCount
    self = .delay(
      DelayProof(
        squarings: UInt64(
          try delay.integer("squarings", in: 1...Int(DelayProof.squaringLimit))),
        output: try Hex.decode(delay.boundedString("output", limit: digits)),
        proof: try Hex.decode(delay.boundedString("proof", limit: digits))))
    try delay.finish()
  }
}

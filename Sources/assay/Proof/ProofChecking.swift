internal import AssayCryptography
internal import AssayFiles
internal import AssaySpecification
internal import AssayVerification
internal import AssayWire

extension Arithmetic: ArgumentValue {}

/// Checks a file with the proof of an interval and says what it shows.
struct ProofChecking {
  let file: String
  let claimPath: String
  let specPath: String
  let arithmetic: Arithmetic

  /// Prints what the proof shows, or why it is refused.
  func run(_ bytes: [UInt8], _ console: Console) throws -> ExitCode {
    let spec = try Spec(decoding: FileAccess.read(specPath, limit: Spec.byteCountLimit))
    let opened = try ProviderClaim.open(
      FileAccess.read(claimPath, limit: Envelope.maximumByteCount))
    let began = console.elapsed()
    let verified: IntervalVerifier.Verified
    do throws(ProofError) {
      let proof = try IntervalProof(decoding: bytes)
      verified = try IntervalVerifier(spec: spec).verify(
        proof, of: opened.claim, arithmetic: arithmetic)
    } catch {
      console.note("assay: '\(file)' is refused: \(error)")
      try console.json(.object(["valid": .bool(false), "reason": .string("\(error)")]))
      return .rejected
    }
    let seconds = console.elapsed() - began
    try console.print("proof        valid, \(Quantity.bytes(bytes.count))")
    try console.print("claim        \(opened.identity)")
    try console.print("provider     \(opened.claim.provider.keyID)")
    try console.print(
      "interval     \(verified.interval): steps \(verified.steps.lowerBound) to "
        + "\(verified.steps.upperBound) were computed exactly")
    try console.print(
      "arithmetic   \(arithmetic.rawValue), \(verified.securityBits) bits of security, "
        + Quantity.seconds(seconds))
    try console.print("ends         as the claim's trace states them; who audits the claim")
    try console.print("             recomputes the first state, who holds the artefact the last")
    try console.json(
      .object([
        "valid": .bool(true), "kind": .string("interval proof"),
        "claim": .string(opened.identity.hex), "interval": .integer(verified.interval),
        "firstStep": .integer(verified.steps.lowerBound),
        "lastStep": .integer(verified.steps.upperBound),
        "arithmetic": .string(arithmetic.rawValue),
        "securityBits": .integer(verified.securityBits), "bytes": .integer(bytes.count),
        "seconds": .double(seconds),
      ]))
    return .success
  }
}

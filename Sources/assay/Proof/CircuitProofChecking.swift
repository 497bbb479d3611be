internal import AssayAlgebra
internal import AssayCircuits
internal import AssayCryptography
internal import AssayFiles
internal import AssayVerification
internal import AssayWire

/// Checks a proof of rank-1 constraints and says what it shows.
struct CircuitProofChecking {
  let file: String
  let circuit: String
  let arithmetic: Arithmetic

  /// Prints what the proof shows, or why it is refused.
  func run(_ bytes: [UInt8], _ console: Console) throws -> ExitCode {
    do {
      switch arithmetic {
      case .gmp: return try check(bytes, field: BN254Scalar.self, console)
      case .native: return try check(bytes, field: NativeBN254Scalar.self, console)
      }
    } catch let error as ProofError {
      console.note("assay: '\(file)' is refused: \(error)")
      try console.json(.object(["valid": .bool(false), "reason": .string("\(error)")]))
      return .rejected
    }
  }

  private func check<F: BaseField & ChallengeField>(
    _ bytes: [UInt8], field: F.Type, _ console: Console
  ) throws -> ExitCode where F.Base == F {
    let proof = try RankOneProof<F>(decoding: bytes)
    let system = try RankOneSystem<F>(
      file: FileAccess.read(circuit, limit: CircuitFile.byteCountLimit))
    guard proof.circuit == system.digest else {
      throw ProofError.statement(
        field: "circuit", expected: "\(system.digest)", found: "\(proof.circuit)")
    }
    let statement = try RankOneStatement(system: system, publicValues: proof.publicValues)
    try RankOneVerifier.verify(proof.proof, of: statement)
    try console.print("proof        valid, \(Quantity.bytes(bytes.count))")
    try console.print("circuit      \(system.digest)")
    for (index, value) in proof.publicValues.enumerated() {
      try console.print("public \(index + 1)     \(value)")
    }
    try console.print("security     \(try statement.error()), arithmetic \(arithmetic.rawValue)")
    try console.json(
      .object([
        "valid": .bool(true), "kind": .string("rank-1 proof"),
        "circuit": .string(system.digest.hex),
        "public": .array(proof.publicValues.map { .string("\($0)") }),
        "arithmetic": .string(arithmetic.rawValue),
      ]))
    return .success
  }
}

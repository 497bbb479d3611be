internal import AssayAlgebra
internal import AssayCircuits
internal import AssayCryptography
internal import AssayFiles
internal import AssayProving
internal import AssayVerification
internal import AssayWire

/// `assay circuit prove`.
struct CircuitProveCommand: Command {
  static let description = CommandDescription(
    name: "prove", abstract: "Prove that a witness satisfies rank-1 constraints.",
    discussion: """
      Reads iden3's .r1cs and .wtns files, as circom writes them. A witness that does not satisfy
      the constraints is refused with the number of the first that fails. No trusted set-up is
      needed. The proof is transparent: it does not hide the witness.
      """,
    examples: [
      CommandExample(
        "assay circuit prove cube.r1cs --witness cube.wtns --out cube.proof", "Writes a proof.")
    ])

  @Argument(help: "The .r1cs file.") var circuit: String
  @Option("file", help: "The .wtns file.") var witness: String
  @Option("file", help: "Where to write the proof.") var out: String = "circuit.proof"

  func run(_ console: Console) throws -> ExitCode {
    let began = console.elapsed()
    // The native arithmetic makes the same proof, twice as fast.
    let system = try RankOneSystem<NativeBN254Scalar>(
      file: FileAccess.read(circuit, limit: CircuitFile.byteCountLimit))
    let values = try WitnessFile.read(
      FileAccess.read(witness, limit: CircuitFile.byteCountLimit), as: NativeBN254Scalar.self)
    let publicValues = Array(values.dropFirst().prefix(system.publicCount - 1))
    let statement = try RankOneStatement(system: system, publicValues: publicValues)
    let file = RankOneProof(
      circuit: system.digest, publicValues: publicValues,
      proof: try RankOneProver.prove(statement, witness: values))
    try FileAccess.write(file.bytes, to: out)
    let seconds = console.elapsed() - began
    try console.print("proof        \(out), \(Quantity.bytes(file.bytes.count))")
    try console.print("circuit      \(system.digest)")
    try console.print("constraints  \(system.constraintCount)")
    try console.print("security     \(try statement.error())")
    try console.print("time         \(Quantity.seconds(seconds))")
    try console.json(
      .object([
        "proof": .string(out), "bytes": .integer(file.bytes.count),
        "circuit": .string(system.digest.hex), "constraints": .integer(system.constraintCount),
        "seconds": .double(seconds),
      ]))
    return .success
  }
}

/// `assay circuit verify`.
struct CircuitVerifyCommand: Command {
  static let description = CommandDescription(
    name: "verify", abstract: "Check a proof of rank-1 constraints.",
    discussion: """
      The circuit is named by its file: a proof of another circuit is refused. Arithmetic is GMP's
      unless --arithmetic native asks for the second verifier.
      """,
    examples: [
      CommandExample("assay circuit verify cube.proof --circuit cube.r1cs", "Checks a proof.")
    ])

  @Argument(help: "The proof.") var file: String
  @Option("file", help: "The .r1cs file.") var circuit: String
  @Option("name", help: "gmp or native.") var arithmetic: Arithmetic = .gmp

  func run(_ console: Console) throws -> ExitCode {
    let bytes = try FileAccess.read(file, limit: RankOneProof<BN254Scalar>.byteCountLimit)
    return try CircuitProofChecking(file: file, circuit: circuit, arithmetic: arithmetic)
      .run(bytes, console)
  }
}

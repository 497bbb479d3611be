internal import AssayAlgebra
internal import AssayCircuits
internal import AssayCommitments
internal import AssayCryptography
internal import AssayFiles
internal import AssaySpecification
internal import AssayVerification
internal import AssayWire

/// `assay circuit …`: what proofs are about.
enum CircuitCommands {
  static let group = CommandGroup(
    name: "circuit", abstract: "Look at circuits; prove and verify rank-1 constraints.",
    sections: [
      .init(
        title: "Circuits",
        nodes: [
          .command(CircuitInspectCommand.self), .command(CircuitDigestCommand.self),
          .command(CircuitProveCommand.self), .command(CircuitVerifyCommand.self),
        ])
    ])
}

/// A circuit that a file is, or that a spec compiles to.
enum CircuitFile {
  typealias F = BN254Scalar

  /// The circuit of a spec's proofs.
  case step(Spec, Circuit)
  /// Rank-1 constraints.
  case rankOne(RankOneSystem<F>)

  static let byteCountLimit = 1 << 30

  /// Looks at what the file is.
  ///
  /// - Parameter steps: how many steps of a spec one proof covers, unless the spec says it.
  init(path: String, steps: Int?) throws {
    let bytes = try FileAccess.read(path, limit: Self.byteCountLimit)
    if bytes.starts(with: Array("r1cs".utf8)) {
      self = .rankOne(try RankOneSystem(file: bytes))
    } else {
      let spec = try Spec(decoding: bytes)
      self = .step(spec, try Circuit(spec: spec, stepCount: steps ?? spec.proof?.steps ?? 1))
    }
  }

  var digest: Digest {
    switch self {
    case .step(_, let circuit): circuit.digest
    case .rankOne(let system): system.digest
    }
  }

  static func rankOne(path: String) throws -> RankOneSystem<F> {
    try RankOneSystem(file: FileAccess.read(path, limit: byteCountLimit))
  }
}

/// `assay circuit digest`.
struct CircuitDigestCommand: Command {
  static let description = CommandDescription(
    name: "digest", abstract: "Print the digest that proofs name a circuit by.",
    examples: [
      CommandExample("assay circuit digest spec.json", "The circuit of a spec's proofs."),
      CommandExample("assay circuit digest circuits/r1cs/cube.r1cs", "Rank-1 constraints."),
    ])

  @Argument(help: "A spec, or an .r1cs file.") var file: String
  @Option("count", in: 1...1 << 12, help: "Of a spec: steps that one proof covers.")
  var steps: Int?

  func run(_ console: Console) throws -> ExitCode {
    let digest = try CircuitFile(path: file, steps: steps).digest
    try console.print(digest.hex)
    try console.json(.object(["digest": .string(digest.hex)]))
    return .success
  }
}

/// `assay circuit inspect`.
struct CircuitInspectCommand: Command {
  static let description = CommandDescription(
    name: "inspect", abstract: "Say how large a circuit is, or write it out in full.",
    examples: [
      CommandExample("assay circuit inspect spec.json", "Counts, sizes and security."),
      CommandExample("assay circuit inspect spec.json --text", "Every constraint, as text."),
    ])

  @Argument(help: "A spec, or an .r1cs file.") var file: String
  @Option("count", in: 1...1 << 12, help: "Of a spec: steps that one proof covers.")
  var steps: Int?
  @Flag(help: "Of a spec: print the circuit's canonical text.") var text: Bool

  func run(_ console: Console) throws -> ExitCode {
    switch try CircuitFile(path: file, steps: steps) {
    case .rankOne(let system): return try inspect(system, console)
    case .step(let spec, let circuit):
      if text {
        try console.print(circuit.text)
        return .success
      }
      return try inspect(spec, circuit, console)
    }
  }

  private func inspect(
    _ system: RankOneSystem<CircuitFile.F>, _ console: Console
  ) throws -> ExitCode {
    try console.print("digest       \(system.digest)")
    try console.print("constraints  \(system.constraintCount) over the scalar field of BN254")
    try console.print("wires        \(system.wireCount), \(system.publicCount - 1) of them public")
    try console.json(
      .object([
        "digest": .string(system.digest.hex), "constraints": .integer(system.constraintCount),
        "wires": .integer(system.wireCount), "public": .integer(system.publicCount - 1),
      ]))
    return .success
  }

  private func inspect(_ spec: Spec, _ circuit: Circuit, _ console: Console) throws -> ExitCode {
    let rows = try spec.proof?.rows ?? ProofSetting.rows(for: circuit)
    let setting = try ProofSetting(
      circuit: circuit, rows: rows, hiddenOpenings: spec.proof?.openings ?? 0)
    let report = setting.security
    try console.print("digest       \(circuit.digest)")
    try console.print("steps        \(circuit.stepCount)")
    for oracle in Oracle.allCases {
      let columns = circuit.columns(of: oracle)
      let count = columns.reduce(0) { $0 + $1.elementCount }
      let name = "\(oracle)".padding(to: 12)
      try console.print("\(name) \(columns.count) columns, \(count) elements")
    }
    try console.print("lookups      \(circuit.siteCount) in \(circuit.tables.count) tables")
    try console.print(
      "relations    \(circuit.relations.count), with \(circuit.products.count) products")
    for code in setting.parameters.rowCodes {
      try console.print(
        "commitments  rows of 2^\(code.rowBits) at rate 1/\(1 << code.rateBits), "
          + "\(code.queries) columns opened")
    }
    for term in report.terms {
      try console.print("  \("\(term.bound)".padding(to: 10)) \(term.name)")
    }
    try console.print("security     \(report.total)")
    try console.json(
      .object([
        "digest": .string(circuit.digest.hex), "steps": .integer(circuit.stepCount),
        "lookups": .integer(circuit.siteCount), "relations": .integer(circuit.relations.count),
        "products": .integer(circuit.products.count), "securityBits": .integer(report.bits),
      ]))
    return .success
  }
}

extension String {
  /// The string with spaces up to `width` characters.
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

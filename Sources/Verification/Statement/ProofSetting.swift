internal import AssayAlgebra
public import AssayCircuits
public import AssayCommitments
internal import AssayCryptography
internal import AssaySumcheck
public import AssayTranscripts

/// All that prover and verifier agree on before a proof: the circuit, how its columns lie in the
/// commitments, the commitments' parameters, and the order of the messages. A pure function of the
/// spec and the number of steps; nothing of it is ever read from a proof.
public struct ProofSetting: Sendable {
  public let circuit: Circuit
  public let layouts: CircuitLayouts
  public let parameters: CommitmentParameters
  /// The chance of accepting a false statement, part by part.
  public let security: SecurityReport
  /// The order of a proof's messages and challenges, the same in each arithmetic.
  public let schedule: Schedule

  /// The most bits of security that are aimed at by default.
  public static let securityBits = 100
  /// A setting with fewer is refused.
  public static let leastSecurityBits = 80

  /// The length of rows and the rate that suit proofs of a circuit best.
  ///
  /// Roots of states and data depend on both, so a spec fixes them for all its proofs.
  public static func rows(
    for circuit: Circuit
  ) throws(ProofError) -> (rowBits: Int, rateBits: Int) {
    do throws(CommitmentError) {
      let plan = try plan(circuit, fixedRows: nil)
      return (plan.rowBits, plan.rateBits)
    } catch {
      throw .commitment(error)
    }
  }

  /// The setting of a circuit whose commitments have rows of 2^rowBits elements, encoded at the
  /// rate 2^−rateBits.
  public init(circuit: Circuit, rows: (rowBits: Int, rateBits: Int)) throws(ProofError) {
    try self.init(circuit: circuit, rows: rows, securityBits: Self.securityBits)
  }

  /// - Throws: `ProofError.security` when fewer bits than `leastSecurityBits` come of it.
  init(
    circuit: Circuit, rows: (rowBits: Int, rateBits: Int), securityBits: Int
  ) throws(ProofError) {
    do throws(CommitmentError) {
      parameters = try Self.plan(circuit, fixedRows: rows, securityBits: securityBits)
      layouts = try CircuitLayouts(circuit, rowBits: parameters.rowBits)
    } catch {
      throw .commitment(error)
    }
    self.circuit = circuit
    security = try Self.security(circuit, layouts, parameters)
    guard security.bits >= Self.leastSecurityBits else {
      throw .security(bits: security.bits, required: Self.leastSecurityBits)
    }
    schedule = try Self.schedule(circuit, layouts, parameters)
  }

  private static func plan(
    _ circuit: Circuit, fixedRows: (rowBits: Int, rateBits: Int)?,
    securityBits: Int = Self.securityBits
  ) throws(CommitmentError) -> CommitmentParameters {
    let counts = Oracle.allCases.map { oracle in
      circuit.columns(of: oracle).reduce(0) { $0 + $1.elementCount }
    }
    // Data are committed once for a run, and a state by the proof before.
    let encoded = [counts[Oracle.end.rawValue], counts[Oracle.witness.rawValue]]
    return try CommitmentParameters.plan(
      CommitmentParameters.Demand(
        elementCounts: counts, encodedElementCounts: encoded, securityBits: securityBits,
        fixedRows: fixedRows), field: GoldilocksExtension.self)
  }

  /// Claims that are opened at the end.
  static func claimCount(_ circuit: Circuit) -> Int {
    2 + circuit.relations.count + 2 * circuit.products.count
  }

  /// The commitments that a proof opens, in the order that claims number them in.
  func oracles(
    of statement: StepStatement, witness: Digest
  ) -> [(layout: OracleLayout, root: Digest)] {
    Oracle.allCases.map { oracle in
      let root =
        switch oracle {
        case .start: statement.start
        case .end: statement.end
        case .witness: witness
        case .data: statement.data
        }
      return (layouts[oracle], root)
    }
  }

  private static func schedule(
    _ circuit: Circuit, _ layouts: CircuitLayouts, _ parameters: CommitmentParameters
  ) throws(ProofError) -> Schedule {
    typealias K = GoldilocksExtension
    let opening: [Schedule.Step]
    do throws(CommitmentError) {
      opening = try OpeningVerifier.schedule(
        layouts: layouts.oracles, parameters: parameters, field: K.self)
    } catch {
      throw .commitment(error)
    }
    return Schedule(
      [
        Schedule.Step(ProofLabel.witness, .digest),
        Schedule.Step(ProofLabel.lookups, .challenges(LookupClaims<K>.challengeCount)),
      ] + FractionSum.schedule(bits: layouts.siteBits, label: ProofLabel.sites)
        + FractionSum.schedule(bits: layouts.tableBits, label: ProofLabel.tables)
        + [
          Schedule.Step(
            ProofLabel.relations, .challenges(RelationClaims<K>.pointCount(circuit))),
          Schedule.Step(ProofLabel.products, .elements(circuit.products.count)),
        ]
        + BatchedProducts.schedule(
          variables: ProductClaims<K>.variableCounts(circuit), label: ProofLabel.products)
        + opening)
  }
}

/// Names of the messages and challenges that are not a part's own.
public enum ProofLabel {
  public static let witness = "witness"
  public static let lookups = "lookups"
  public static let sites = "sites"
  public static let tables = "tables"
  public static let relations = "relations"
  public static let products = "products"
}

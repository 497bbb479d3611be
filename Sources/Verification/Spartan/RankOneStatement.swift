public import AssayAlgebra
public import AssayCircuits
public import AssayCommitments
internal import AssayCryptography
internal import AssaySumcheck
package import AssayTranscripts
internal import AssayWire

/// The statement that somebody knows a witness of rank-1 constraints with these public values.
///
/// The field serves for values and challenges alike, so it must be large, as the scalars of BN254
/// are.
public struct RankOneStatement<K: BaseField & ChallengeField>: Sendable where K.Base == K {
  /// The constraints.
  public let system: RankOneSystem<K>
  /// The public outputs and then the public inputs.
  public let publicValues: [K]
  /// How the witness is committed and opened: follows from the number of wires.
  public let parameters: CommitmentParameters
  /// Where the witness lies: one column of all wires.
  package let layout: OracleLayout
  /// What is sent and drawn.
  package let schedule: Schedule

  /// States it.
  ///
  /// - Throws: `ProofError.statement` for another number of public values than the system has, or
  ///   without constraints; `.security` when the bound does not reach `securityBits`;
  ///   `.commitment` when the witness is too long for the field's codes.
  public init(
    system: RankOneSystem<K>, publicValues: [K], securityBits: Int = 100
  ) throws(ProofError) {
    guard publicValues.count == system.publicCount - 1 else {
      throw .statement(
        field: "public values", expected: "\(system.publicCount - 1)",
        found: "\(publicValues.count)")
    }
    guard system.constraintCount > 0 else {
      throw .statement(field: "constraints", expected: "1 or more", found: "0")
    }
    self.system = system
    self.publicValues = publicValues
    do throws(CommitmentError) {
      parameters = try CommitmentParameters.plan(
        .init([.init(elementCounts: [system.wireCount])], securityBits: securityBits),
        field: K.self)
      layout = try OracleLayout(
        kind: "wires", shapes: [[system.wireCount]], rowBits: parameters.rowCodes[0].rowBits)
      schedule = Schedule(
        [.init(RankOneLabel.root, .digest)]
          + ConstraintSum.schedule(
            variables: Self.variables(system.constraintCount), label: RankOneLabel.constraints)
          + [.init(RankOneLabel.matrices, .challenges(3))]
          + SumcheckRounds.schedule(
            rounds: Self.variables(system.wireCount), degree: RankOneLabel.wireDegree,
            label: RankOneLabel.wires)
          + [
            .init(RankOneLabel.value, .elements(1)),
            .init(RankOneLabel.publicWires, .challenges(1)),
          ]
          + (try OpeningVerifier.schedule(
            layouts: [layout], parameters: parameters, field: K.self)))
    } catch { throw .commitment(error) }
    let bits = try error().bits
    guard bits >= securityBits else { throw .security(bits: bits, required: securityBits) }
  }

  /// ⌈log₂ `count`⌉.
  static func variables(_ count: Int) -> Int { Int.bitWidth - (count - 1).leadingZeroBitCount }

  /// log₂ of the number of constraints, rounded up.
  package var constraintVariables: Int { Self.variables(system.constraintCount) }
  /// log₂ of the number of wires, rounded up.
  package var wireVariables: Int { Self.variables(system.wireCount) }

  /// What the challenges depend on from the start: the circuit, the public values, the commitment's
  /// form.
  package var context: [UInt8] {
    var writer = WireWriter()
    writer.write("assay.rank-one-proof.v1")
    system.digest.encode(to: &writer)
    parameters.digest.encode(to: &writer)
    layout.digest.encode(to: &writer)
    writer.write(UInt64(publicValues.count))
    for value in publicValues { writer.write(raw: value.canonicalBytes) }
    return writer.bytes
  }

  /// The claims that are left for the opening: the witness has a value at a point, and its public
  /// wires have the public values, in the combination by powers of a challenge.
  package func claims(point: [K], value: K, challenge: K) -> [LinearClaim<K>] {
    var power = K.one
    var sum = K.zero
    var weights: [(Int, K)] = []
    for (wire, publicValue) in ([K.one] + publicValues).enumerated() {
      weights.append((wire, power))
      sum += power * publicValue
      power *= challenge
    }
    return [
      LinearClaim(
        terms: [.tensor(oracle: 0, column: 0, coefficient: .one, weights: [.eq(point)])],
        value: value),
      LinearClaim(
        terms: [.tensor(oracle: 0, column: 0, coefficient: .one, weights: [.sparse(weights)])],
        value: sum),
    ]
  }

  /// How probable it is at most that a proof of a false statement is accepted, reason by reason.
  public func securityTerms() throws(ProofError) -> [SecurityTerm] {
    var terms = [
      SecurityTerm(
        "constraints",
        ErrorBound(
          numerator: max(1, ConstraintSum.soundnessNumerator(variables: constraintVariables)),
          field: K.self)),
      SecurityTerm("combination of A, B and C", ErrorBound(numerator: 1, field: K.self)),
      SecurityTerm(
        "rounds over the wires",
        ErrorBound(
          numerator: max(
            1,
            SumcheckRounds.soundnessNumerator(
              rounds: wireVariables, degree: RankOneLabel.wireDegree)), field: K.self)),
      SecurityTerm(
        "public values", ErrorBound(numerator: system.publicCount, field: K.self)),
    ]
    do {
      terms += try parameters.securityTerms(layouts: [layout], claimCount: 2, field: K.self)
    } catch { throw .commitment(error) }
    return terms
  }

  /// The sum of all terms.
  public func error() throws(ProofError) -> ErrorBound {
    ErrorBound.sum(try securityTerms().map(\.bound))
  }
}

/// The labels of a proof of rank-1 constraints.
package enum RankOneLabel {
  package static let root = "witness"
  package static let constraints = "constraints"
  package static let matrices = "matrices"
  package static let wires = "wires"
  package static let value = "wires.value"
  package static let publicWires = "public"
  /// The degree of a message over the wires: a matrix times the witness.
  package static let wireDegree = 2
}

internal import AssayAlgebra
public import AssayCircuits
public import AssayCommitments
internal import AssayCryptography
public import struct AssaySpecification.ProofRows
internal import AssaySumcheck
public import AssayTranscripts

/// All that prover and verifier agree on before a proof: the circuit, how its columns lie in the
/// commitments, the commitments' parameters, and the order of the messages. A pure function of the
/// spec and the number of steps; nothing of it is ever read from a proof.
public struct ProofSetting: Sendable {
  public let circuit: Circuit
  /// Lengths and rates of the commitments' rows.
  public let rows: ProofRows
  public let layouts: CircuitLayouts
  public let parameters: CommitmentParameters
  /// The chance of accepting a false statement, part by part.
  public let security: SecurityReport
  /// The order of a proof's messages and challenges, the same in each arithmetic.
  public let schedule: Schedule
  /// What masks the messages of a hiding proof; nil for transparent ones.
  public let pads: PadSetting?

  /// The most bits of security that are aimed at by default.
  public static let securityBits = 100
  /// A setting with fewer is refused.
  public static let leastSecurityBits = 80

  /// The lengths of rows and the rates that suit proofs of a circuit best.
  ///
  /// Roots of states and data depend on them, so a spec fixes them for all its proofs.
  ///
  /// - Parameter hiddenOpenings: in how many proofs one commitment may take part and stay hidden; 0
  ///   for transparent proofs.
  public static func rows(
    for circuit: Circuit, hiddenOpenings: Int = 0
  ) throws(ProofError) -> ProofRows {
    do throws(CommitmentError) {
      let rows = try CommitmentParameters.rows(
        for: demand(circuit, rows: nil, hiddenOpenings), field: GoldilocksExtension.self)
      // Without rows of their own, data are with the others.
      let (first, last) = (rows[0], rows[rows.count - 1])
      return ProofRows(
        rowBits: first.rowBits, rateBits: first.rateBits, dataRowBits: last.rowBits,
        dataRateBits: last.rateBits)
    } catch {
      throw .commitment(error)
    }
  }

  /// The setting of a circuit whose commitments have these rows.
  ///
  /// - Parameter hiddenOpenings: see `rows(for:hiddenOpenings:)`.
  public init(
    circuit: Circuit, rows: ProofRows, hiddenOpenings: Int = 0
  ) throws(ProofError) {
    try self.init(
      circuit: circuit, rows: rows, hiddenOpenings: hiddenOpenings,
      securityBits: Self.securityBits)
  }

  /// - Throws: `ProofError.security` when fewer bits than `leastSecurityBits` come of it.
  init(
    circuit: Circuit, rows: ProofRows, hiddenOpenings: Int = 0, securityBits: Int
  ) throws(ProofError) {
    do throws(CommitmentError) {
      parameters = try CommitmentParameters.plan(
        Self.demand(circuit, rows: rows, hiddenOpenings, securityBits: securityBits),
        field: GoldilocksExtension.self)
      layouts = try CircuitLayouts(
        circuit, rowBits: rows.rowBits, dataRowBits: rows.dataRowBits)
      pads =
        hiddenOpenings == 0
        ? nil
        : try PadSetting(
          stages: Self.stages(circuit, layouts, isMasked: true), rowBits: rows.rowBits)
    } catch {
      throw .commitment(error)
    }
    self.circuit = circuit
    self.rows = rows
    security = try Self.security(circuit, layouts, parameters, pads)
    guard security.bits >= Self.leastSecurityBits else {
      throw .security(bits: security.bits, required: Self.leastSecurityBits)
    }
    schedule = try Self.schedule(circuit, layouts, parameters, pads)
  }

  /// What commitments are planned for: data have rows of their own, unless they are hidden.
  private static func demand(
    _ circuit: Circuit, rows: ProofRows?, _ hiddenOpenings: Int,
    securityBits: Int = Self.securityBits
  ) throws(CommitmentError) -> CommitmentParameters.Demand {
    func count(_ oracle: Oracle) -> Int {
      circuit.columns(of: oracle).reduce(0) { $0 + $1.elementCount }
    }
    // Data are committed once for a run, and a state by the proof before.
    var group = CommitmentParameters.Demand.Group(
      elementCounts: [.start, .end, .witness].map(count),
      encodedElementCounts: [.end, .witness].map(count),
      rows: rows.map { .init(rowBits: $0.rowBits, rateBits: $0.rateBits) })
    guard hiddenOpenings > 0 else {
      let data = CommitmentParameters.Demand.Group(
        elementCounts: [count(.data)], encodedElementCounts: [],
        rows: rows.map { .init(rowBits: $0.dataRowBits, rateBits: $0.dataRateBits) })
      return CommitmentParameters.Demand([group, data], securityBits: securityBits)
    }
    // The number of pads does not depend on the rows that are to be chosen.
    let layouts = try CircuitLayouts(circuit, rowBits: 0, dataRowBits: 0)
    let pads = PadSetting.count(stages: stages(circuit, layouts, isMasked: true))
    group.elementCounts += [count(.data), pads * PadSetting.degree]
    group.encodedElementCounts.append(pads * PadSetting.degree)
    return CommitmentParameters.Demand(
      [group], securityBits: securityBits, hiddenOpeningCount: hiddenOpenings)
  }

  /// Claims that are opened at the end.
  static func claimCount(_ circuit: Circuit, isHiding: Bool) -> Int {
    2 + circuit.relations.count + 2 * circuit.products.count + (isHiding ? 1 : 0)
  }

  /// Whether proofs show nothing but that their statement is true.
  public var isHiding: Bool { pads != nil }

  /// In how many proofs the commitment to an oracle's columns takes part at most.
  ///
  /// A state ends one proof and begins the next; data are in all proofs that the tails suffice for.
  package func openingCount(of oracle: Oracle) -> Int {
    switch oracle {
    case .witness: 1
    case .start, .end: Self.stateOpeningCount
    case .data: parameters.tailCount / parameters.rowCodes[0].queries
    }
  }

  /// A state ends one proof and begins the next.
  static let stateOpeningCount = 2

  /// How the columns of all commitments lie that a proof opens, in the order that claims number
  /// them in.
  package var openedLayouts: [OracleLayout] { Self.opened(layouts, pads) }

  static func opened(_ layouts: CircuitLayouts, _ pads: PadSetting?) -> [OracleLayout] {
    layouts.oracles + (pads.map { [$0.layout] } ?? [])
  }

  /// The commitments that a proof opens, in the order that claims number them in.
  func oracles(
    of statement: StepStatement, witness: Digest, padsRoot: Digest?
  ) -> [(layout: OracleLayout, root: Digest)] {
    let oracles = Oracle.allCases.map { oracle in
      let root =
        switch oracle {
        case .start: statement.start
        case .end: statement.end
        case .witness: witness
        case .data: statement.data
        }
      return (layout: layouts[oracle], root: root)
    }
    guard let pads, let padsRoot else { return oracles }
    return oracles + [(pads.layout, padsRoot)]
  }

  private static func schedule(
    _ circuit: Circuit, _ layouts: CircuitLayouts, _ parameters: CommitmentParameters,
    _ pads: PadSetting?
  ) throws(ProofError) -> Schedule {
    typealias K = GoldilocksExtension
    let opening: [Schedule.Step]
    do throws(CommitmentError) {
      opening = try OpeningVerifier.schedule(
        layouts: opened(layouts, pads), parameters: parameters, field: K.self)
    } catch {
      throw .commitment(error)
    }
    var steps = [Schedule.Step(ProofLabel.witness, .digest)]
    if pads != nil { steps.append(Schedule.Step(PadLabel.root, .digest)) }
    steps += stages(circuit, layouts, isMasked: pads != nil).steps
    if let pads { steps += PadSetting.steps(productCount: pads.productCount) }
    return Schedule(steps + opening)
  }

  /// What is sent and drawn between the commitments and the opening.
  private static func stages(
    _ circuit: Circuit, _ layouts: CircuitLayouts, isMasked: Bool
  ) -> Schedule {
    typealias K = GoldilocksExtension
    let products = circuit.products.count
    var steps = [
      Schedule.Step(ProofLabel.lookups, .challenges(LookupClaims<K>.challengeCount))
    ]
    steps += FractionSum.schedule(
      bits: layouts.siteBits, label: ProofLabel.sites, isMasked: isMasked)
    steps += FractionSum.schedule(
      bits: layouts.tableBits, label: ProofLabel.tables, isMasked: isMasked)
    steps += FractionSum.cancellationSchedule(
      rootCount: 2, label: ProofLabel.lookups, isMasked: isMasked)
    steps.append(
      Schedule.Step(ProofLabel.relations, .challenges(RelationClaims<K>.pointCount(circuit))))
    steps.append(
      Schedule.Step(ProofLabel.products, isMasked ? .masked(products) : .elements(products)))
    steps += BatchedProducts.schedule(
      variables: ProductClaims<K>.variableCounts(circuit), label: ProofLabel.products,
      isMasked: isMasked)
    return Schedule(steps)
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

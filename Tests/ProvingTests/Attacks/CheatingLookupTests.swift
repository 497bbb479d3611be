import AssayAlgebra
import AssayCircuits
import AssayCommitments
import AssaySpecification
import AssaySumcheck
import AssayTranscripts
import AssayVerification
import Testing

@testable import AssayProving

/// A value that is in no table, with fractions that cancel all the same.
///
/// The columns are those of a remainder too large by a unit (`CheatingProviderTests`): every
/// equation holds, and only the look-up of that remainder fails.
@Suite struct CheatingLookupTests {
  typealias K = GoldilocksExtension

  /// The two fraction sums of a proof, before they are proved.
  struct Fractions {
    var siteNumerators: [K]
    let siteDenominators: [K]
    var tableNumerators: [K]
    var tableDenominators: [K]
    /// α − φ of the remainder that is in no row.
    let stray: K
  }

  /// Makes a proof whose fractions have been changed.
  private func refusal(
    columns adjust: (inout ColumnValues) -> Void = { _ in },
    fractions change: @escaping (inout Fractions) -> Void
  ) throws -> ProofError? {
    let provider = try CheatingProviderTests.perceptron.get()
    let (columns, lookup, stray) = try strayRemainder(provider)
    var values = columns
    let honest = provider.honest
    let setting = honest.setting
    adjust(&values)
    let all = values
    let forged = try StepProver(setting: setting).prove(
      values: values, inputs: honest.inputs, spec: honest.run.spec.digest, firstStep: 1
    ) { challenges, transcript throws(SumcheckError) in
      let claims = LookupClaims(
        circuit: setting.circuit, layouts: setting.layouts, challenges: challenges)
      let leaves = LookupLeaves(
        circuit: setting.circuit, layouts: setting.layouts, claims: claims, values: all)
      let sites = try leaves.sites().denominators
      let tables = leaves.tables()
      var fractions = Fractions(
        siteNumerators: sites.map { _ in .one }, siteDenominators: sites,
        tableNumerators: tables.numerators, tableDenominators: tables.denominators,
        stray: claims.alpha - claims.constant(ofTable: lookup.table) - K(stray))
      change(&fractions)
      let prover = FractionSumProver()
      let siteSum = try prover.prove(
        numerators: fractions.siteNumerators, denominators: fractions.siteDenominators,
        bits: setting.layouts.siteBits, label: ProofLabel.sites, transcript: &transcript)
      let tableSum = try prover.prove(
        numerators: fractions.tableNumerators, denominators: fractions.tableDenominators,
        bits: setting.layouts.tableBits, label: ProofLabel.tables, transcript: &transcript)
      return [
        claims.sites(at: siteSum.leaves.point, denominator: siteSum.leaves.denominator),
        claims.multiplicities(at: tableSum.leaves.point, numerator: tableSum.leaves.numerator),
      ]
    }
    return honest.refusal(of: forged.proof, forged.statement)
  }

  /// The columns, the look-up that fails, and the value that is in no row of its table.
  private func strayRemainder(
    _ provider: CheatingProvider
  ) throws -> (values: ColumnValues, lookup: Lookup, stray: Int64) {
    var values = provider.honest.values
    let remainder = provider.column(provider.name(0, "output.remainder"))
    let place = try provider.moveUnitToRemainder(&values)
    let lookup = try #require(provider.circuit.lookups.first { $0.columns == [remainder] })
    return (provider.recounted(values), lookup, values[remainder][place])
  }

  @Test func theStrayFractionRemains() throws {
    #expect(try refusal(fractions: { _ in }) == .sumcheck(.fractionsDoNotCancel))
  }

  /// The position is not counted: its fraction is 0 / (α − φ).
  @Test func aPositionCannotBeLeftOut() throws {
    let error = try refusal { fractions in
      guard let index = fractions.siteDenominators.firstIndex(of: fractions.stray) else { return }
      fractions.siteNumerators[index] = .zero
    }
    #expect(error == .lookupLeaves("numerator of the looked-up positions"))
  }

  /// A row that nothing looks up becomes the value's.
  @Test func aTableCannotHaveAnotherRow() throws {
    let (columns, _, _) = try strayRemainder(CheatingProviderTests.perceptron.get())
    let provider = try CheatingProviderTests.perceptron.get()
    let table = try #require(provider.circuit.multiplicities.last)
    let row = try #require(columns[table].firstIndex(of: 0))
    let first = provider.honest.setting.layouts.tables.columns[
      provider.circuit.multiplicities.count - 1
    ].blocks[0].offset
    let error = try refusal(columns: { $0[table][row] = 1 }) { fractions in
      fractions.tableDenominators[first + row] = fractions.stray
    }
    #expect(error == .lookupLeaves("denominator of the tables"))
  }
}

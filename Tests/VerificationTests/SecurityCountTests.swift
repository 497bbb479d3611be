import AssayAlgebra
import AssayCommitments
import struct AssaySpecification.ProofRows
import AssayTranscripts
import Foundation
import Testing

@testable import AssayCircuits
@testable import AssayVerification

/// The report of security, counted again from what is really sent and drawn: the schedule's steps.
@Suite struct SecurityCountTests {
  /// log₂ |K| for K of p² elements, p = 2⁶⁴ − 2³² + 1.
  static let order = 2 * log2(0x1p64 - 0x1p32 + 1)

  /// What the steps of one name draw or send.
  struct Counted {
    private let steps: [Schedule.Step]

    init(_ setting: ProofSetting) { steps = setting.schedule.steps }

    private func named(_ label: String) -> [Schedule.Kind] {
      steps.filter { $0.label == label }.map(\.kind)
    }

    /// How many challenges are drawn under a name.
    func challenges(_ label: String) -> Int {
      named(label).reduce(0) { sum, kind in
        guard case .challenges(let count) = kind else { return sum }
        return sum + count
      }
    }

    /// How many elements are sent under a name: of rounds that send all coefficients but the
    /// constant one, the sum of their degrees.
    func elements(_ label: String) -> Int {
      named(label).reduce(0) { sum, kind in
        guard case .elements(let count) = kind else { return sum }
        return sum + count
      }
    }

    /// How many positions are drawn each time, of 2^bits each.
    func indices(_ label: String) -> [(count: Int, bits: Int)] {
      named(label).compactMap { kind in
        guard case .indices(let count, let bits) = kind else { return nil }
        return (count, bits)
      }
    }
  }

  /// The errors of a setting as logarithms.
  static func errors(_ setting: ProofSetting) throws -> [Double] {
    let counted = Counted(setting)
    let circuit = setting.circuit
    func error(_ numerator: Int) -> Double? {
      numerator > 0 ? log2(Double(numerator)) - order : nil
    }
    // The fractions: as many as positions and rows.
    let sites = circuit.lookups.reduce(0) { sum, lookup in
      sum + circuit[lookup.columns[0]].shape.reduce(1, *)
    }
    let rows = circuit.tables.reduce(0) { $0 + 1 << $1.bits }
    var numerators = [sites + rows - 1]
    // Their trees: the rounds, and λ and μ of each layer.
    numerators.append(
      ["sites", "tables"].reduce(0) { sum, tree in
        sum + counted.elements("\(tree).round") + counted.challenges("\(tree).lambda")
          + counted.challenges("\(tree).mu")
      })
    numerators.append(counted.challenges("relations"))
    numerators.append(
      counted.elements("products.round") + counted.elements("products.factors") / 2 - 1)
    // The opening: two claims of the lookups, one of each relation, two of each product.
    numerators.append(1 + circuit.relations.count + 2 * circuit.products.count)
    var errors = numerators.compactMap(error)
    let lengths = Set([setting.rows.rowBits, setting.rows.dataRowBits]).sorted(by: >)
    // Rounds above level 0 bind a vector with a part for each length.
    var rest = Int(log2(Double(lengths.reduce(0) { $0 + 1 << $1 })).rounded(.up))
    for level in 0...setting.parameters.levels.count {
      let rounds = counted.challenges("opening \(level): challenge")
      if level > 0 { rest -= rounds }
      let draws = counted.indices("opening \(level): indices")
      try #require(draws.count == (level == 0 ? lengths.count : 1))
      for (drawn, messageBits) in zip(draws, level == 0 ? lengths : [rest]) {
        errors += [error(rounds * (1 << drawn.bits + 2)), error(drawn.count)].compactMap { $0 }
        let rate = pow(2, Double(messageBits - drawn.bits))
        errors.append(Double(drawn.count) * log2((1 + rate) / 2))
      }
    }
    errors += [error(2 * counted.challenges("opening: last challenge"))].compactMap { $0 }
    return errors
  }

  static func sum(_ errors: [Double]) -> Double { log2(errors.reduce(0) { $0 + pow(2, $1) }) }

  @Test("the report counts what the schedule draws", arguments: [1, 2, 5], [false, true])
  func recount(stepCount: Int, momentum: Bool) throws {
    let circuit = try ProofSettingTests.circuit(stepCount: stepCount, momentum: momentum)
    let setting = try ProofSetting(circuit: circuit, rows: ProofSetting.rows(for: circuit))
    let errors = try Self.errors(setting)
    let reported = setting.security.terms.map { Double($0.bound.scaledLog2) / 65536 }
    #expect(errors.count == reported.count)
    for (error, bound) in zip(errors.sorted(), reported.sorted()) {
      // Rounded upwards, and hardly.
      #expect(bound >= error - 1e-9 && bound < error + 0.02)
    }
    let total = Double(setting.security.total.scaledLog2) / 65536
    #expect(total >= Self.sum(errors) - 1e-9 && total < Self.sum(errors) + 0.02)
    #expect(total <= -100)
  }

  /// A VGG-11 shape of 10.1 million parameters with momentum: 60.2 million lookups into 0.33
  /// million rows, rows at the rate ½ and levels at ⅛ and 1⁄16. Checked in floating point.
  @Test func aLargeStepHasAHundredBits() {
    typealias K = GoldilocksExtension
    let lookups = ErrorBound(numerator: 60_200_000 + 330_000, field: K.self)
    #expect(lookups.description == "2^-102.14")
    let queries = [
      ErrorBound(queries: 249, rateBits: 1, grindingBits: 0),
      ErrorBound(queries: 125, rateBits: 3, grindingBits: 0),
      ErrorBound(queries: 113, rateBits: 4, grindingBits: 0),
    ]
    #expect(queries.map(\.description) == ["2^-103.34", "2^-103.75", "2^-103.11"])
    // Ten rounds over codes of 2^20 positions, six over 2^17, seven over 2^14.
    let folds = [10 * (1 << 20 + 2), 6 * (1 << 17 + 2), 7 * (1 << 14 + 2)].map {
      ErrorBound(numerator: $0, field: K.self)
    }
    #expect(folds.map(\.description) == ["2^-104.67", "2^-108.41", "2^-111.19"])
    let sum = ErrorBound.sum([lookups] + queries + folds)
    #expect(sum.description == "2^-100.84")
    #expect(sum.bits == 100)
  }
}

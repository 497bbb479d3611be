import AssayAlgebra
import AssayProving
import AssaySumcheck
import AssayTestSupport
import AssayTranscripts

/// What a verifier says of a proof.
enum Outcome: Hashable {
  case accepted
  /// The rounds are consistent, but what they leave to be shown is false.
  case falseClaim
  case refused(SumcheckError)
}

/// Something to prove that is made of integers, so that it is the same over every field.
protocol Statement: Sendable {
  var schedule: Schedule { get }
  /// Sends the messages that the schedule asks for.
  func prove<K: ChallengeField>(_ transcript: inout TranscriptWriter<K>) throws(SumcheckError)
  /// Verifies, and compares what is left with the integers; true when that holds.
  func verify<K: ChallengeField>(
    _ transcript: inout TranscriptReader<K>
  ) throws(SumcheckError) -> Bool
}

extension Statement {
  func proof<K: ChallengeField>(over field: K.Type) throws -> [UInt8] {
    var writer = TranscriptWriter<K>(schedule: schedule, context: [7])
    try prove(&writer)
    return try writer.finish()
  }

  func outcome<K: ChallengeField>(of proof: [UInt8], over field: K.Type) -> Outcome {
    var reader = TranscriptReader<K>(schedule: schedule, context: [7], proof: proof)
    do throws(SumcheckError) {
      let holds = try verify(&reader)
      do { try reader.finish() } catch { throw .transcript(error) }
      return holds ? .accepted : .falseClaim
    } catch { return .refused(error) }
  }

  /// What both arithmetics say; nil when they differ.
  func outcome(of proof: [UInt8]) -> Outcome? {
    let native = outcome(of: proof, over: GoldilocksExtension.self)
    return native == outcome(of: proof, over: GMPGoldilocksExtension.self) ? native : nil
  }
}

/// Fractions of integers, then neutral leaves.
struct Fractions: Statement {
  var numerators: [Int64]
  var denominators: [Int64]
  var bits: Int

  init(numerators: [Int64], denominators: [Int64]) {
    self.numerators = numerators
    self.denominators = denominators
    let count = max(1, numerators.count)
    bits = count == 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }

  static func random(_ count: Int, _ generator: inout SeededGenerator) -> Fractions {
    Fractions(
      numerators: (0..<count).map { _ in Int64.random(in: -9...9, using: &generator) },
      denominators: (0..<count).map { _ in Int64.random(in: 1...Int64.max, using: &generator) })
  }

  var schedule: Schedule { Schedule(FractionSum.schedule(bits: bits, label: "tree")) }

  func prove<K: ChallengeField>(_ transcript: inout TranscriptWriter<K>) throws(SumcheckError) {
    _ = try PlainFractionSum.prove(
      numerators: numerators.map { K($0) }, denominators: denominators.map { K($0) }, bits: bits,
      label: "tree", transcript: &transcript)
  }

  func verify<K: ChallengeField>(
    _ transcript: inout TranscriptReader<K>
  ) throws(SumcheckError) -> Bool {
    let (root, leaves) = try FractionSum.verify(
      bits: bits, label: "tree", transcript: &transcript)
    let missing = (1 << bits) - numerators.count
    let p = numerators.map { K($0) } + Array(repeating: K.zero, count: missing)
    let q = denominators.map { K($0) } + Array(repeating: K.one, count: missing)
    var (numerator, denominator) = (K.zero, K.one)
    for (p, q) in zip(p, q) {
      (numerator, denominator) = (numerator * q + denominator * p, denominator * q)
    }
    return root.numerator == numerator && root.denominator == denominator
      && leaves.numerator == Multilinear.evaluate(p, at: leaves.point)
      && leaves.denominator == Multilinear.evaluate(q, at: leaves.point)
  }
}

/// Sums of products of integers.
struct Products: Statement {
  struct Instance {
    var variables: Int
    var gate: [Int64]?
    var left: [Int64]
    var right: [Int64]
    /// What is added to the true sum.
    var error: Int64 = 0

    func column<K: ChallengeField>(_ values: [Int64]) -> [K] {
      values.map { K($0) } + Array(repeating: .zero, count: (1 << variables) - values.count)
    }

    func claim<K: ChallengeField>() -> BatchedProducts.Instance<K> {
      let (left, right): ([K], [K]) = (column(self.left), column(self.right))
      let gate: [K] = self.gate.map { column($0) } ?? left.map { _ in .one }
      var sum = K(error)
      for index in left.indices { sum += gate[index] * left[index] * right[index] }
      if self.gate == nil { return BatchedProducts.Instance(variables: variables, value: sum) }
      return BatchedProducts.Instance(variables: variables, value: sum) { point in
        Multilinear.evaluate(gate, at: point)
      }
    }
  }

  var instances: [Instance]

  static func random(_ variables: [Int], _ generator: inout SeededGenerator) -> Products {
    Products(
      instances: variables.enumerated().map { index, variables in
        var column: [Int64] {
          let count = Int.random(in: 1...(1 << variables), using: &generator)
          return (0..<count).map { _ in Int64.random(in: -1000...1000, using: &generator) }
        }
        return Instance(
          variables: variables, gate: index % 2 == 0 ? column : nil, left: column, right: column)
      })
  }

  var schedule: Schedule {
    Schedule(BatchedProducts.schedule(variables: instances.map(\.variables), label: "products"))
  }

  func prove<K: ChallengeField>(_ transcript: inout TranscriptWriter<K>) throws(SumcheckError) {
    _ = try PlainBatchedProducts.prove(
      instances.map { instance in
        PlainBatchedProducts.Instance(
          variables: instance.variables, gate: instance.gate?.map { K($0) },
          left: instance.left.map { K($0) }, right: instance.right.map { K($0) })
      }, label: "products", transcript: &transcript)
  }

  func verify<K: ChallengeField>(
    _ transcript: inout TranscriptReader<K>
  ) throws(SumcheckError) -> Bool {
    let sums: [BatchedProducts.Instance<K>] = instances.map { $0.claim() }
    let claims = try BatchedProducts.verify(sums, label: "products", transcript: &transcript)
    return zip(instances, claims.factors).allSatisfy { instance, factors in
      let point = Array(claims.point.suffix(instance.variables))
      return factors.left == Multilinear.evaluate(instance.column(instance.left), at: point)
        && factors.right == Multilinear.evaluate(instance.column(instance.right), at: point)
    }
  }
}

/// Constraints a·b = c on integers.
struct Constraints: Statement {
  var variables: Int
  var a: [Int64]
  var b: [Int64]
  var c: [Int64]

  static func random(_ variables: Int, _ generator: inout SeededGenerator) -> Constraints {
    let count = Int.random(in: 1...(1 << variables), using: &generator)
    let a = (0..<count).map { _ in Int64.random(in: -1000...1000, using: &generator) }
    let b = (0..<count).map { _ in Int64.random(in: -1000...1000, using: &generator) }
    return Constraints(variables: variables, a: a, b: b, c: zip(a, b).map { $0 * $1 })
  }

  var schedule: Schedule {
    Schedule(ConstraintSum.schedule(variables: variables, label: "constraints"))
  }

  func prove<K: ChallengeField>(_ transcript: inout TranscriptWriter<K>) throws(SumcheckError) {
    _ = try PlainConstraintSum.prove(
      a: a.map { K($0) }, b: b.map { K($0) }, c: c.map { K($0) }, variables: variables,
      label: "constraints", transcript: &transcript)
  }

  func verify<K: ChallengeField>(
    _ transcript: inout TranscriptReader<K>
  ) throws(SumcheckError) -> Bool {
    let claim = try ConstraintSum.verify(
      variables: variables, label: "constraints", transcript: &transcript)
    return zip([a, b, c], [claim.a, claim.b, claim.c]).allSatisfy { column, value in
      let padded =
        column.map { K($0) } + Array(repeating: K.zero, count: (1 << variables) - column.count)
      return value == Multilinear.evaluate(padded, at: claim.point)
    }
  }
}

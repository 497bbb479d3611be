internal import Foundation
public import AssaySpecification
public import AssayTensors

/// Continues tokens with what a state predicts, one token at a time: with its parameters' moving
/// averages where the spec keeps them.
///
/// The model reads the last tokens, as many as its context; where there are fewer, zeros follow
/// them, which a causal model does not see.
public final class TokenGenerator {
  private let evaluation: StateEvaluation
  private let vocabulary: Int
  private let context: Int
  private let draws: Philox4x32
  private var drawCount: UInt64 = 0
  private var input: [Int32]

  /// Prepares to continue tokens with `state`.
  ///
  /// - Parameter seed: keys what is drawn.
  /// - Throws: `specification` when the spec's model does not predict a token for each position.
  public init(
    spec: Spec, state: ModelState, backend: any Backend, seed: UInt64,
    weights: WeightsFile? = nil
  ) throws(TrainingError) {
    guard case .nextToken(let vocabulary) = spec.data.target else {
      throw .specification(
        .value(path: "data.target", reason: "only a model of text (next-token) generates text"))
    }
    self.vocabulary = vocabulary
    context = spec.data.exampleShape.elementCount - 1
    evaluation = try StateEvaluation(spec, backend, batch: 1, weights: weights)
    draws = Philox4x32(seed: seed)
    input = [Int32](repeating: 0, count: context)
    let program = evaluation.program
    guard evaluation.predictsEachLabel else {
      throw .specification(
        .graph(
          node: spec.model.prediction,
          reason: "to generate text, the prediction must be [batch×\(context)×\(vocabulary)]"))
    }
    do throws(BackendError) {
      try evaluation.load(state, averaged: true)
      try evaluation.executor.load(elements: input, into: program.targets)
    } catch {
      throw .backend(error)
    }
  }

  /// The token that follows `tokens`: drawn from softmax(outputs / `temperature`), computed in
  /// float64; the one of the largest output (the first of equals) where the temperature is 0.
  ///
  /// - Precondition: there is at least one token, each is below the vocabulary, and the
  ///   temperature is not negative.
  /// - Throws: `checkpoint` when an output is infinite or not a number.
  public func next(after tokens: [Int32], temperature: Double) throws(TrainingError) -> Int32 {
    precondition(!tokens.isEmpty && temperature >= 0)
    precondition(tokens.allSatisfy { (0..<Int32(vocabulary)).contains($0) }, "no such token")
    let recent = tokens.suffix(context)
    for (place, token) in recent.enumerated() { input[place] = token }
    for place in recent.count..<context { input[place] = 0 }
    let program = evaluation.program
    let outputs: [Double]
    do throws(BackendError) {
      try evaluation.executor.load(elements: input, into: program.features)
      try evaluation.executor.run(StepScalars(learningRate: 0))
      outputs = try evaluation.executor.withContents(of: program.prediction) { contents in
        (0..<vocabulary).map { Double(contents.float((recent.count - 1) * vocabulary + $0)) }
      }
    } catch {
      throw .backend(error)
    }
    guard let largest = outputs.max(), outputs.allSatisfy(\.isFinite) else {
      throw .checkpoint(reason: "the state predicts numbers that are not finite")
    }
    if temperature == 0 { return Int32(outputs.firstIndex(of: largest) ?? 0) }
    return Self.choice(outputs.map { exp(($0 - largest) / temperature) }, share: uniform())
  }

  /// The first place up to which the weights add up to more than `share` of their sum.
  ///
  /// - Precondition: `share` is in [0, 1), and a weight is positive.
  static func choice(_ weights: [Double], share: Double) -> Int32 {
    let sought = weights.reduce(0, +) * share
    var sum = 0.0
    for (place, weight) in weights.enumerated() {
      sum += weight
      if sum > sought { return Int32(place) }
    }
    // Rounding may carry the sought sum up to the last one.
    return Int32(weights.lastIndex { $0 > 0 } ?? 0)
  }

  /// The next number in [0, 1), a multiple of 2⁻⁵³: draw n comes from the first two words of the
  /// block at step n, purpose generation.
  private func uniform() -> Double {
    let words = draws.block(purpose: .generation, step: drawCount, index: 0)
    drawCount += 1
    return Double(UInt64(words.0) << 21 | UInt64(words.1) >> 11) * 0x1p-53
  }
}

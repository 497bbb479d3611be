internal import AssayAlgebra
internal import AssaySumcheck
internal import AssayTranscripts

/// The prover's tables of one sumcheck: they shrink to half with every challenge.
protocol RoundTables<K> {
  associatedtype K: ChallengeField

  /// The coefficients of X, X², … of the present round's polynomial.
  mutating func message() -> [K]

  /// Binds the first variable that is left.
  mutating func fold(at challenge: K)
}

extension RoundTables {
  /// Sends the messages of all rounds and returns their challenges.
  mutating func prove(
    rounds: Int, label: String, transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) -> [K] {
    var point: [K] = []
    for _ in 0..<rounds {
      try transcript.write("\(label).round", message())
      let challenge = try transcript.draw("\(label).point")
      fold(at: challenge)
      point.append(challenge)
    }
    return point
  }
}

extension TranscriptWriter {
  /// Sends elements.
  mutating func write(_ label: String, _ elements: [K]) throws(SumcheckError) {
    do { try send(label, elements: elements) } catch { throw .transcript(error) }
  }

  /// Sends products, where messages are masked.
  mutating func write(_ label: String, productsOf pairs: [(K, K)]) throws(SumcheckError) {
    do { try send(label, productsOf: pairs) } catch { throw .transcript(error) }
  }

  /// Draws one challenge.
  mutating func draw(_ label: String) throws(SumcheckError) -> K {
    do { return try challenge(label) } catch { throw .transcript(error) }
  }
}

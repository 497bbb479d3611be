package import AssayAlgebra

/// What a term of a claim says about one block: a coefficient and a product of one factor for each
/// dimension.
package struct BlockWeight<K: ChallengeField>: Sendable {
  /// A weight on the range that the block has of one dimension.
  package struct Factor: Sendable {
    /// The same for the same range of the same dimension, within one term.
    package let identity: Int
    /// How many bits the range's index has.
    package let bits: Int
    package let weight: RangeWeight<K>
  }

  /// The columns of the rows that the block lies in.
  package let segment: RowStack.Segment
  /// Where the block starts in the segment, row after row.
  package let position: Int
  /// log₂ of the number of elements.
  package let bits: Int
  package let coefficient: K
  /// The outer dimension first; their bits make up the block's.
  package let factors: [Factor]
}

extension LinearClaim where Value: ChallengeField {
  /// The claim as weights on blocks, term by term; blocks on which a term is zero are left out.
  ///
  /// - Throws: `CommitmentError.claim`, naming it by `number`, when it is about something that the
  ///   layouts do not have.
  @specialized(where Value == GMPGoldilocksExtension)
  @specialized(where Value == GoldilocksExtension)
  @specialized(where Value == BN254Scalar)
  @specialized(where Value == NativeBN254Scalar)
  package func blockWeights(
    layouts: [OracleLayout], stack: RowStack, number: Int
  ) throws(CommitmentError) -> [[BlockWeight<Value>]] {
    var result: [[BlockWeight<Value>]] = []
    for term in terms {
      switch term.blockWeights(layouts: layouts, stack: stack) {
      case .success(let weights): result.append(weights)
      case .failure(let fault): throw .claim(claim: number, reason: fault.reason)
      }
    }
    return result
  }
}

/// What is wrong with a term.
struct TermFault: Error {
  var reason: String
}

extension Term {
  func blockWeights(
    layouts: [OracleLayout], stack: RowStack
  ) -> Result<[BlockWeight<K>], TermFault> {
    switch self {
    case .tensor(let oracle, let column, let coefficient, let weights):
      guard let layout = Self.column(column, of: oracle, in: layouts) else {
        return .failure(TermFault(reason: "there is no column \(column) of oracle \(oracle)"))
      }
      if let fault = Self.fault(of: weights, shape: layout.shape) { return .failure(fault) }
      return .success(
        Self.blockWeights(
          coefficient: coefficient, weights: weights, layout: layout,
          segment: stack.segments[stack.segmentNumbers[oracle]], firstRow: stack.starts[oracle]))
    case .block(let oracle, let column, let block, let coefficient, let point):
      guard let layout = Self.column(column, of: oracle, in: layouts),
        layout.blocks.indices.contains(block)
      else {
        return .failure(
          TermFault(reason: "there is no block \(block) of column \(column) of oracle \(oracle)"))
      }
      let bits = layout.blocks[block].bits
      guard point.count == bits else {
        return .failure(
          TermFault(reason: "expected \(bits) coordinates for the block, found \(point.count)"))
      }
      let factor = BlockWeight.Factor(
        identity: 0, bits: bits, weight: .eq(K.one, point))
      let segment = stack.segments[stack.segmentNumbers[oracle]]
      return .success([
        BlockWeight(
          segment: segment,
          position: stack.starts[oracle] << segment.bits + layout.blocks[block].offset,
          bits: bits, coefficient: coefficient, factors: [factor])
      ])
    }
  }

  private static func column(
    _ column: Int, of oracle: Int, in layouts: [OracleLayout]
  ) -> ColumnLayout? {
    guard layouts.indices.contains(oracle), layouts[oracle].columns.indices.contains(column)
    else { return nil }
    return layouts[oracle].columns[column]
  }

  private static func fault(of weights: [Weight<K>], shape: [Int]) -> TermFault? {
    guard weights.count == shape.count else {
      return TermFault(
        reason: "expected \(shape.count) weights for a column of shape \(shape), found "
          + "\(weights.count)")
    }
    for (dimension, weight) in weights.enumerated() {
      if let reason = weight.fault(size: shape[dimension]) {
        return TermFault(reason: "dimension \(dimension): \(reason)")
      }
    }
    return nil
  }

  private static func blockWeights(
    coefficient: K, weights: [Weight<K>], layout: ColumnLayout, segment: RowStack.Segment,
    firstRow: Int
  ) -> [BlockWeight<K>] {
    // The factor of each range, once for all blocks that share it.
    let factors = zip(layout.ranges, weights).enumerated().map { dimension, pair in
      pair.0.enumerated().map { number, range in
        pair.1.restricted(to: range).map {
          BlockWeight.Factor(identity: dimension << 8 | number, bits: range.bits, weight: $0)
        }
      }
    }
    // In the order of `ColumnLayout.combinations`, so of the blocks.
    let combinations = factors.reduce([[]]) { combinations, ranges in
      combinations.flatMap { head in ranges.map { head + [$0] } }
    }
    return zip(layout.blocks, combinations).compactMap { block, combination in
      let present = combination.compactMap { $0 }
      guard present.count == combination.count else { return nil }
      return BlockWeight(
        segment: segment, position: firstRow << segment.bits + block.offset, bits: block.bits,
        coefficient: coefficient, factors: present)
    }
  }
}

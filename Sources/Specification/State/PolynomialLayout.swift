/// How the tensors of a state lie in its polynomial commitment.
public struct PolynomialLayout: Hashable, Sendable {
  /// A tensor as a column: the same elements, row-major, under the extents that proofs speak of.
  public struct Column: Hashable, Sendable {
    /// The tensor's place in the state's layout.
    public let tensor: Int
    /// Extents; their product is the tensor's element count.
    public let extents: [Int]
  }

  /// Each layer's weight, then its velocity where there is one; the first layer first.
  public let columns: [Column]
  /// See `ProofOptions`.
  public let rowBits: Int
  public let rateBits: Int
  public let openings: Int

  /// Whether the commitment hides the state.
  public var isHiding: Bool { openings > 0 }
}

extension IntegerStep {
  /// The extents of each layer's weight as proofs speak of them: outputs, then the input's own
  /// extents, so that a layer behind a convolution sees channels, rows and columns.
  public var weightExtents: [[Int]] {
    inputExtents.enumerated().map { index, input in
      switch layers[index].product {
      case .linear(_, let outputs): [outputs] + input
      case .convolution(let g):
        [g.outputChannels, g.inputChannels, g.kernelHeight, g.kernelWidth]
      }
    }
  }

  /// The extents of each layer's input, batch left out.
  ///
  /// A first linear layer reads an example as one row, a first convolution as channels, rows and
  /// columns, whatever the shape that the data have; others read what the layer before writes.
  public var inputExtents: [[Int]] {
    var extents = [featureCount]
    if case .convolution(let g)? = layers.first?.product {
      extents = [g.inputChannels, g.height, g.width]
    }
    return layers.map { layer in
      defer { extents = layer.outputExtents }
      return extents
    }
  }
}

extension IntegerLayer {
  /// The extents of the layer's output, batch left out: units, or channels, rows and columns behind
  /// the pool.
  public var outputExtents: [Int] {
    switch product {
    case .linear(_, let outputs): [outputs]
    case .convolution(let g):
      [g.outputChannels, g.outputHeight, g.outputWidth].enumerated().map { dimension, extent in
        poolsOutput && dimension > 0 ? extent / 2 : extent
      }
    }
  }
}

extension Spec {
  /// How the sorted tensors of the state lie in the polynomial commitment that `proof` asks for.
  func polynomialLayout(_ tensors: [TensorDescription]) -> PolynomialLayout? {
    guard let proof, let step = integerStep else { return nil }
    let places = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    let columns = zip(step.layers, step.weightExtents).flatMap { layer, extents in
      [layer.weightName, layer.velocityName].compactMap { name in
        name.flatMap { places[$0] }.map {
          PolynomialLayout.Column(tensor: $0, extents: extents)
        }
      }
    }
    return PolynomialLayout(
      columns: columns, rowBits: proof.rows.rowBits, rateBits: proof.rows.rateBits,
      openings: proof.openings)
  }
}

extension Spec {
  /// The most blocks, products of powers of two, that the tensors of a state may be cut into.
  private static let blockLimit = 1 << 17
  /// Rows of 2^14 elements suit any model; longer ones must be filled.
  private static let usualRowBits = 14

  /// That the commitments `proof` asks for are bounded: whoever hashes a state must be able to.
  func checkProof() throws(SpecificationError) {
    guard let proof, let step = integerStep else { return }
    guard (interval - 1) / UInt64(proof.steps) < ProofOptions.stretchLimit else {
      throw .value(
        path: "proof.steps",
        reason: "an interval of \(interval) steps would take more than "
          + "\(ProofOptions.stretchLimit) proofs; make \"interval\" shorter")
    }
    guard !proof.isHiding || weights == nil else {
      throw .value(
        path: "proof.hiding",
        reason: "the first state is not hidden, so a run that hides its states starts from the "
          + "seed, not from a weights file")
    }
    // Tails grow with the openings and must fit a row: see `CommitmentParameters.plan`.
    let rows = proof.rows
    guard proof.openings <= (1 << rows.rowBits) >> (rows.rateBits == 1 ? 11 : 9) else {
      throw .value(
        path: "proof.openings",
        reason: "rows of 2^\(rows.rowBits) elements hide fewer than \(proof.openings) openings; "
          + "use longer rows or fewer openings")
    }
    let extents = step.weightExtents
    let blocks = extents.reduce(0) { $0 + 2 * $1.reduce(1) { $0 * $1.nonzeroBitCount } }
    guard blocks <= Self.blockLimit else {
      throw .value(
        path: "model",
        reason: "its weights would be cut into \(blocks) blocks, more than 2^17; choose sizes with "
          + "fewer binary digits")
    }
    let state = 2 * extents.reduce(0) { $0 + $1.reduce(1, *) }
    let (data, overflow) = data.exampleCount.multipliedReportingOverflow(
      by: data.exampleShape.elementCount)
    let bits = Int.bitWidth - max(state, overflow ? .max : data).leadingZeroBitCount + 1
    let limit = max(Self.usualRowBits, bits)
    for (path, rowBits) in [
      ("proof.rowBits", rows.rowBits), ("proof.dataRowBits", rows.dataRowBits),
    ] where rowBits > limit {
      throw .value(
        path: path,
        reason: "rows of 2^\(rowBits) elements are longer than states and data together; use at "
          + "most \(limit)")
    }
    // Which rows hide which openings is counted for one length.
    let isOneLength = rows.rowBits == rows.dataRowBits
    guard isOneLength ? rows.rateBits == rows.dataRateBits : !proof.isHiding else {
      throw .value(
        path: "proof.dataRowBits",
        reason: "rows of one length have one rate, and rows of hidden states and data have one "
          + "length; set \"dataRowBits\" and \"dataRateBits\" to \(rows.rowBits) and "
          + "\(rows.rateBits)")
    }
  }
}

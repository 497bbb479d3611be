public import AssayAlgebra
public import AssaySumcheck
public import AssayTranscripts
internal import CAssaySumcheckKernels

/// The prover of `FractionSum` over `GoldilocksExtension`, by vector instructions on several
/// threads.
///
/// It keeps its memory for the next proof: for 2^bits leaves 32 · 2^bits bytes, and for a sum of
/// sites nothing for the leaves themselves.
public final class FractionSumProver {
  public typealias K = GoldilocksExtension

  private let kernels: SumcheckKernels
  private let memory = ElementMemory()
  private let weightMemory = ElementMemory()

  /// Prepares a prover; memory is taken with the first proof.
  public init(kernels: SumcheckKernels = SumcheckKernels()) {
    self.kernels = kernels
  }

  /// Proves Σ 1 / denominator over the sites.
  ///
  /// - Throws: `SumcheckError.pole` when a denominator is zero, `.transcript` when the schedule is
  ///   another.
  /// - Complexity: about 10 products in K for each site.
  public func prove(
    _ sites: LookupSites, label: String, transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) -> (root: FractionSum.Root<K>, leaves: FractionSum.LeafClaim<K>) {
    let bits = sites.layout.bits
    // Fewer leaves than a round's pairs need: not worth a way of their own.
    if bits < 3 {
      let denominators = sites.denominators
      return try prove(
        numerators: denominators.map { _ in .one }, denominators: denominators, bits: bits,
        label: label, transcript: &transcript)
    }
    let description = SiteDescription(sites)
    let nodes = NodePlaces(lowest: bits - 1)
    memory.reserve(nodes.count)
    // SAFETY: there is room for the layer above the leaves, and the description fits its columns.
    unsafe assay_fraction_add_leaves(
      kernels.run, description.address, memory.address(nodes.numerators(bits - 1)),
      memory.address(nodes.denominators(bits - 1)))
    return try prove(
      nodes, bits: bits, label: label, transcript: &transcript,
      leaves: .sites(description, count: sites.layout.count))
  }

  /// Proves Σ numerator / denominator over leaves that are filled up to 2^bits with 0 / 1.
  ///
  /// - Precondition: as many numerators as denominators, at most 2^bits.
  /// - Throws: as for sites.
  public func prove(
    numerators: [K], denominators: [K], bits: Int, label: String,
    transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) -> (root: FractionSum.Root<K>, leaves: FractionSum.LeafClaim<K>) {
    precondition(
      numerators.count == denominators.count && numerators.count <= 1 << bits,
      "\(numerators.count) and \(denominators.count) values for 2^\(bits) leaves")
    let nodes = NodePlaces(lowest: bits)
    memory.reserve(nodes.count)
    memory.write(numerators, at: nodes.numerators(bits), count: 1 << bits)
    memory.write(denominators, at: nodes.denominators(bits), count: 1 << bits, filling: .one)
    return try prove(
      nodes, bits: bits, label: label, transcript: &transcript, leaves: .nodes)
  }

  /// Adds the lowest layer in memory up to the root, and proves all layers.
  private func prove(
    _ nodes: NodePlaces, bits: Int, label: String, transcript: inout TranscriptWriter<K>,
    leaves: LayerTables.Source
  ) throws(SumcheckError) -> (root: FractionSum.Root<K>, leaves: FractionSum.LeafClaim<K>) {
    for layer in (0..<nodes.lowest).reversed() {
      // SAFETY: both layers are in the memory, one behind the other.
      unsafe assay_fraction_add(
        kernels.run, Int64(1) << Int64(layer), memory.address(nodes.numerators(layer + 1)),
        memory.address(nodes.denominators(layer + 1)), memory.address(nodes.numerators(layer)),
        memory.address(nodes.denominators(layer)))
    }
    let root = (memory[nodes.numerators(0)], memory[nodes.denominators(0)])
    return try FractionSum.prove(
      root: root, bits: bits, label: label, transcript: &transcript
    ) { layer, claim, lambda -> LayerTables in
      LayerTables(
        layer: layer, claim: claim, lambda: lambda, source: layer == bits - 1 ? leaves : .nodes,
        places: nodes.tables(layer, isInMemory: layer < nodes.lowest), memory: memory,
        weightMemory: weightMemory, kernels: kernels)
    }
  }
}

/// Where the layers of a tree are in memory: the lowest first, each its numerators first.
private struct NodePlaces {
  /// The lowest layer that is stored, of 2^lowest nodes.
  let lowest: Int

  /// Elements in all.
  var count: Int { 2 * ((2 << lowest) - 1) }

  func numerators(_ layer: Int) -> Int { 2 * ((2 << lowest) - (2 << layer)) }

  func denominators(_ layer: Int) -> Int { numerators(layer) + (1 << layer) }

  /// The children of a layer as p₀, q₀, q₁, p₁; where they are sites, two places for tables of half
  /// the size, in the memory of layers that are proved already.
  func tables(_ layer: Int, isInMemory: Bool) -> [Int] {
    guard isInMemory else { return [0, 1 << (layer - 1)] }
    let (p, q) = (numerators(layer + 1), denominators(layer + 1))
    return [p, q, q + (1 << layer), p + (1 << layer)]
  }
}

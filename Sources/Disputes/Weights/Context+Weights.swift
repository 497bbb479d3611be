internal import AssayCryptography
internal import AssayMerkle
internal import AssaySpecification
internal import AssayWire

// From an element that a weights file gives to the file's digest in the spec.
extension Context {
  /// The most bytes of a file's beginning that can be opened: its header must end there.
  private static let headerLimit = 384 << 10

  func compareWeights(
    _ given: DisputedGiven, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    var byteCounts = Pair(both: 0)
    var beginnings = Pair<[UInt8]>(both: [])
    let roots = try both { party throws(DisputeError) -> Digest in
      guard case .weights(let count, let root, let leaves, let proof) = answers[party] else {
        throw .wrongKind
      }
      guard let byteCount = Int(exactly: count), (8...1 << 36).contains(byteCount) else {
        throw .incomplete(reason: "a weights file has 8 to 2^36 bytes, found \(count)")
      }
      let last = WeightsRecord.count(forByteCount: byteCount) - 1
      let records = try self.records(
        leaves, proof, last == 0 ? [0] : [0, last], byteCount: byteCount, root: root)
      let digest = records[0].before.digest(tail: records[0].part, byteCount: count)
      guard digest == entries.spec.weights else {
        throw .mismatch(
          field: "the weights file", expected: entries.spec.weights?.hex ?? "none",
          found: digest.hex)
      }
      guard let first = records.last, first.before == .initial else {
        throw .incomplete(reason: "the file's digest does not begin as SHA-256 does")
      }
      byteCounts[party] = byteCount
      beginnings[party] = first.part
      return root
    }
    // Two files of one digest have one length.
    guard byteCounts.agrees else { return .broken(Pair(both: nil)) }
    let weights = DisputedWeights(
      given: given, byteCount: byteCounts.challenger, roots: roots,
      beginning: beginnings.challenger)
    guard roots.agrees else {
      let search = TreeSearch(
        .weights, leafCount: WeightsRecord.count(forByteCount: weights.byteCount), roots: roots)
      return descending(weights, search)
    }
    return openHeader(weights)
  }

  /// The first record leads to the digest on both sides, so that it is not the one that differs.
  func descending(_ weights: DisputedWeights, _ search: TreeSearch) -> Consequence {
    found(search, then: { .weightsRecord(weights, max(1, $0.index)) }) {
      .weightsNode(weights, $0)
    }
  }

  /// Reads and checks records at known places.
  private func records(
    _ leaves: [[UInt8]], _ proof: MultiProof, _ indices: [Int], byteCount: Int, root: Digest
  ) throws(DisputeError) -> [WeightsRecord] {
    let count = WeightsRecord.count(forByteCount: byteCount)
    try check(
      proof, indices, size: count, leaves: leaves.map(MerkleTree.leafHash), root: root)
    var records: [WeightsRecord] = []
    for (leaf, index) in zip(leaves, indices) {
      do throws(WireError) { records.append(try WeightsRecord(decoding: leaf)) } catch {
        throw .malformed(error)
      }
      let expected =
        index == 0
        ? byteCount - (count - 1) * WeightsRecord.partByteCount
        : WeightsRecord.partByteCount
      guard records[records.count - 1].part.count == expected else {
        throw .incomplete(reason: "part \(index) of the file has \(expected) bytes")
      }
    }
    return records
  }

  private func records(
    _ weights: DisputedWeights, _ indices: [Int], _ party: Party, _ answers: Pair<Answer>
  ) throws(DisputeError) -> [WeightsRecord] {
    guard case .leaves(let leaves, let proof) = answers[party] else { throw .wrongKind }
    return try records(
      leaves, proof, indices, byteCount: weights.byteCount, root: weights.roots[party])
  }

  /// The parts before one that differs lead to a state that is agreed on.
  func checkWeightsRecord(
    _ weights: DisputedWeights, _ index: Int, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let isTrue = try both { party throws(DisputeError) -> Bool in
      let records = try records(weights, [index - 1, index], party, answers)
      return records[1].before.absorbing(records[1].part) == records[0].before
    }
    return judged(
      isTrue, "a part of the weights file does not lead to the digest that the spec names",
      valueCount: 1)
  }

  /// Which records hold these bytes of the file, ascending.
  private func indices(_ range: Range<Int>, _ weights: DisputedWeights) -> [Int] {
    let last = WeightsRecord.count(forByteCount: weights.byteCount) - 1
    let first = range.lowerBound / WeightsRecord.partByteCount
    let end = (range.upperBound - 1) / WeightsRecord.partByteCount
    return Array(last - end...last - first)
  }

  private func openHeader(_ weights: DisputedWeights) -> Consequence {
    let start: Int
    do throws(WireError) {
      start = try SafetensorsHeader.contentsStart(
        weights.beginning, fileByteCount: weights.byteCount)
    } catch {
      return judged(
        Pair(both: false), "the weights file that both have is no safetensors file: \(error)")
    }
    guard start <= Self.headerLimit else {
      return .found(
        Pair(both: nil),
        "the weights file's header has \(start) bytes, more than the \(Self.headerLimit) that can "
          + "be opened; hash the file", valueCount: 0)
    }
    return .stage(.weightsHeader(weights, indices(0..<start, weights)))
  }

  func compareWeightsHeader(
    _ weights: DisputedWeights, _ indices: [Int], _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let beginnings = try both { party throws(DisputeError) in
      try records(weights, indices, party, answers).reversed().flatMap(\.part)
    }
    let header: SafetensorsHeader
    do throws(WireError) {
      header = try SafetensorsHeader(
        beginnings.challenger, fileByteCount: weights.byteCount)
    } catch {
      return judged(
        Pair(both: false), "the weights file that both have is no safetensors file: \(error)")
    }
    let given = weights.given
    guard let tensor = header.tensors.first(where: { $0.name == given.name }),
      let type = GivenElement(rawValue: tensor.elementType),
      tensor.dimensions == given.shape.dimensions, tensor.isFilled(byElementsOf: type.byteCount),
      given.element < tensor.range.count / type.byteCount
    else {
      return judged(
        Pair(both: false),
        "the weights file that both have holds no \(given.name) of the shape that the spec names")
    }
    let start = tensor.range.lowerBound + given.element * type.byteCount
    return .stage(
      .weightsElement(
        weights, type, start: start, self.indices(start..<start + type.byteCount, weights)))
  }

  func checkWeightsElement(
    _ weights: DisputedWeights, _ type: GivenElement, _ start: Int, _ indices: [Int],
    _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let words = try both { party throws(DisputeError) -> UInt64 in
      let bytes = try records(weights, indices, party, answers).reversed().flatMap(\.part)
      let place = start % WeightsRecord.partByteCount
      return Chunk.word(
        Array(bytes[place..<place + type.byteCount]), at: 0, size: type.byteCount)
    }
    let value = type.value(words.challenger)
    let computed = value.isFinite ? Scalars.bits(value) : nil
    return judged(weights.given, computed)
  }
}

/// The element types that weights are read from.
enum GivenElement: String, Hashable, Sendable {
  case float32 = "F32"
  case bfloat16 = "BF16"
  case float16 = "F16"

  var byteCount: Int { self == .float32 ? 4 : 2 }

  /// The float32 of an element's bits: exact.
  func value(_ word: UInt64) -> Float {
    switch self {
    case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: word))
    case .bfloat16: Float(bitPattern: UInt32(truncatingIfNeeded: word) << 16)
    case .float16: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: word)))
    }
  }
}

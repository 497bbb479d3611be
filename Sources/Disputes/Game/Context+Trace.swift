internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySpecification
internal import AssayWire

// From the traces to one step.
extension Context {
  /// Records that are opened at a time.
  private static let recordFanOut = 16

  private var lastRecord: Int {
    min(segments.challenger.intervalCount, segments.defender.intervalCount)
  }

  /// Evenly spread between a record that both agree on and one that they do not; at first over all
  /// that both have.
  func recordsToOpen(_ bracket: RecordBracket?) -> [Int] {
    guard let bracket else {
      let count = min(Self.recordFanOut, lastRecord + 1)
      return (0..<count).map { $0 * lastRecord / (count - 1) }
    }
    let between = bracket.high - bracket.low - 1
    let count = min(Self.recordFanOut, between)
    return (1...count).map { bracket.low + $0 * (between + 1) / (count + 1) }
  }

  private func opened(
    _ answer: Answer, _ indices: [Int], _ party: Party
  ) throws(DisputeError) -> [TraceRecord] {
    guard case .records(let records, let proof) = answer else { throw .wrongKind }
    let claim = claims[party].claim
    try check(
      proof, indices, size: Int(claim.traceSize), leaves: records.map(\.leafHash),
      root: claim.traceRoot)
    for (record, index) in zip(records, indices) {
      guard record.index == UInt64(index), record.step == segments[party].step(ofRecord: index)
      else {
        throw .mismatch(
          field: "record \(index)", expected: "step \(segments[party].step(ofRecord: index))",
          found: "record \(record.index), step \(record.step)")
      }
      let isFirst = index == 0 && record.stateRoot != claim.firstRoot
      let isLast = UInt64(index) + 1 == claim.traceSize && record.stateRoot != claim.lastRoot
      guard !isFirst, !isLast else {
        throw .mismatch(
          field: "the state of record \(index)", expected: "the claim's",
          found: record.stateRoot.hex)
      }
      guard index > 0 || record.meanLoss.bitPattern == 0 else {
        throw .mismatch(field: "the loss of record 0", expected: "+0", found: "\(record.meanLoss)")
      }
    }
    return records
  }

  func compareRecords(
    _ bracket: RecordBracket?, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let indices = recordsToOpen(bracket)
    let records = try both { party throws(DisputeError) in
      try opened(answers[party], indices, party)
    }
    let differing = indices.indices.first { place in
      let (left, right) = (records.challenger[place], records.defender[place])
      return left.stateRoot != right.stateRoot
        || left.meanLoss.bitPattern != right.meanLoss.bitPattern
    }
    if differing == nil, bracket == nil {
      return .found(Pair(both: nil), "both traces hold the same states and losses", valueCount: 0)
    }
    var (low, start) = (bracket?.low, bracket?.start)
    var (high, ends) = (bracket?.high, bracket?.ends)
    if let differing {
      high = indices[differing]
      ends = Pair(
        challenger: records.challenger[differing], defender: records.defender[differing])
    }
    let agreed = (differing ?? indices.count) - 1
    if agreed >= 0 { (low, start) = (indices[agreed], records.challenger[agreed]) }
    guard let high, let ends else { return .broken(Pair(both: nil)) }
    guard let low, let start else {
      return .stage(
        .initialRoots(
          Pair(challenger: ends.challenger.stateRoot, defender: ends.defender.stateRoot)))
    }
    if high - low > 1 {
      return .stage(.records(RecordBracket(low: low, start: start, high: high, ends: ends)))
    }
    return .stage(.steps(DisputedInterval(index: low, start: start, ends: ends)))
  }

  /// Checks a proof for leaves at known places under a root that a party has committed to.
  func check(
    _ proof: MultiProof, _ indices: [Int], size: Int, leaves: [Digest], root: Digest
  ) throws(DisputeError) {
    guard proof.treeSize == UInt64(size), proof.leafIndices == indices.map(UInt64.init) else {
      throw .incomplete(reason: "the proof is for other places than were asked for")
    }
    do throws(MerkleError) {
      try proof.verify(leafHashes: leaves, root: root)
    } catch { throw .opening(error) }
  }

  // From an interval to a step.

  /// Bits of a mean that a record states, from the bits of a sum.
  private func meanBits(_ sum: UInt32, count: Int) -> UInt32 {
    ScalarFunctions.canonical(Float(bitPattern: sum) / Float(count)).bitPattern
  }

  func compareSteps(
    _ interval: DisputedInterval, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let steps = segments.challenger.steps(ofInterval: interval.index)
    let start = StepRecord(
      step: interval.start.step, stateRoot: interval.start.stateRoot, lossSum: 0)
    let roots = try both { party throws(DisputeError) -> Digest in
      guard case .steps(let root, let sum, let proof) = answers[party] else { throw .wrongKind }
      let end = interval.ends[party]
      guard meanBits(sum, count: steps.count) == end.meanLoss.bitPattern else {
        throw .mismatch(
          field: "the losses of interval \(interval.index)", expected: "a mean of \(end.meanLoss)",
          found: "\(Float(bitPattern: sum) / Float(steps.count))")
      }
      let last = StepRecord(step: end.step, stateRoot: end.stateRoot, lossSum: sum)
      try check(
        proof, [0, steps.count], size: steps.count + 1, leaves: [start.leafHash, last.leafHash],
        root: root)
      return root
    }
    var interval = interval
    interval.roots = roots
    let search = TreeSearch(
      .steps(interval: interval.index), leafCount: steps.count + 1, roots: roots)
    return .stage(.step(interval, search))
  }

  func compareStepLeaves(
    _ interval: DisputedInterval, _ index: Int, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let count = segments.challenger.steps(ofInterval: interval.index).count
    let opened = try both { party throws(DisputeError) -> [StepRecord] in
      let leaves = try leaves(
        answers[party], [index - 1, index], size: count + 1, root: interval.roots[party])
      do throws(WireError) {
        let records = [try StepRecord(decoding: leaves[0]), try StepRecord(decoding: leaves[1])]
        guard records[0].step == interval.start.step + UInt64(index) - 1,
          records[1].step == records[0].step + 1
        else { throw .notCanonical("the records of steps are not in order") }
        return records
      } catch { throw .malformed(error) }
    }
    return .stage(
      .entries(
        DisputedStep(
          interval: interval.index, before: opened.challenger[0],
          after: Pair(challenger: opened.challenger[1], defender: opened.defender[1]))))
  }

  /// Leaves of a list at known places.
  func leaves(
    _ answer: Answer, _ indices: [Int], size: Int, root: Digest
  ) throws(DisputeError) -> [[UInt8]] {
    guard case .leaves(let leaves, let proof) = answer else { throw .wrongKind }
    try check(proof, indices, size: size, leaves: leaves.map(MerkleTree.leafHash), root: root)
    return leaves
  }
}

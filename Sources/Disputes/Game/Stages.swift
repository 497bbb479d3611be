internal import AssayCryptography
internal import AssaySpecification

/// Where a dispute has come to.
enum Stage: Hashable, Sendable {
  /// A record that both agree on, and one that they do not; at first none is known.
  case records(RecordBracket?)
  /// The first states differ.
  case initialRoots(Pair<Digest>)
  case steps(DisputedInterval)
  case step(DisputedInterval, TreeSearch)
  case stepLeaves(DisputedInterval, Int)
  case entries(DisputedStep)
  case entry(DisputedEntries, TreeSearch)
  case entryLeaf(DisputedEntries, Int)
  case ending(DisputedEntries)
  case contents(DisputedContents, TreeSearch)
  case chunk(DisputedContents, TreeSearch)
  case example(DisputedElement, index: Int)
  case values(DisputedElement)
  case value(DisputedValues, TreeSearch)
  case valueChunk(DisputedValues, TreeSearch)
  case inputs(DisputedValue)
  /// A first value that a file gives.
  case weights(DisputedGiven)
  case weightsNode(DisputedWeights, TreeSearch)
  case weightsRecord(DisputedWeights, Int)
  case weightsHeader(DisputedWeights, [Int])
  case weightsElement(DisputedWeights, GivenElement, start: Int, [Int])
}

/// An element of the first state, or of a frozen tensor, that the parties have different bits of.
struct DisputedGiven: Hashable, Sendable {
  let contents: DisputedContents
  let element: Int
  let claimed: Pair<UInt64>
  /// The tensor in the weights file, and its shape.
  let name: String
  let shape: Shape
}

/// A weights file whose records the parties have committed to.
struct DisputedWeights: Hashable, Sendable {
  let given: DisputedGiven
  let byteCount: Int
  let roots: Pair<Digest>
  /// The file's first part, where the roots agree.
  let beginning: [UInt8]
}

/// A record that both traces agree on, and a later one that they do not.
struct RecordBracket: Hashable, Sendable {
  var low: Int
  /// The state that is agreed on.
  var start: TraceRecord
  var high: Int
  var ends: Pair<TraceRecord>
}

/// An interval whose start is agreed on, and its end is not.
struct DisputedInterval: Hashable, Sendable {
  let index: Int
  let start: TraceRecord
  let ends: Pair<TraceRecord>
  /// Over the steps' records, once they are known.
  var roots = Pair(both: Digest.zero)
}

/// A step whose start is agreed on, and its end is not.
struct DisputedStep: Hashable, Sendable {
  let interval: Int
  let before: StepRecord
  let after: Pair<StepRecord>

  var step: UInt64 { before.step + 1 }
}

/// A step whose entries the parties have committed to.
struct DisputedEntries: Hashable, Sendable {
  let step: DisputedStep
  let roots: Pair<Digest>
}

/// A tensor that the parties have different roots of; no entries where it is of the first state.
struct DisputedContents: Hashable, Sendable {
  let entries: DisputedEntries?
  let contents: ContentsID
  let tensor: TensorDescription
  let roots: Pair<Digest>
}

/// An element that the parties have different bits of.
struct DisputedElement: Hashable, Sendable {
  let contents: DisputedContents
  let id: ElementID
  let claimed: Pair<UInt64>
}

/// An element whose values the parties have committed to.
struct DisputedValues: Hashable, Sendable {
  let element: DisputedElement
  let count: Int
  let roots: Pair<Digest>
}

/// A value that the parties have different bits of; all values before it are agreed on.
struct DisputedValue: Hashable, Sendable {
  let values: DisputedValues
  let index: Int
  let claimed: Pair<UInt64>
  /// Values of the same chunk before this one.
  let agreed: [UInt64]
}

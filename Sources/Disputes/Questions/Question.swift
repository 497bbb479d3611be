internal import AssayWire

/// A tensor's contents, or a list of values, that a party has committed to by a tree over chunks.
public enum ContentsID: Hashable, Sendable {
  /// A tensor of the run's first state, by its place in the layout.
  case initial(tensor: Int)
  /// An output of a step's entry.
  case output(step: UInt64, StepEntries.OutputID)
  /// The values of an element's program, 8 bytes each.
  case values(ElementID)
}

/// An element of a step's entry.
public struct ElementID: Hashable, Sendable {
  /// The step, from 1.
  public let step: UInt64
  /// The tensor.
  public let output: StepEntries.OutputID
  /// The place in the tensor, row-major.
  public let element: Int

  /// Names an element.
  public init(step: UInt64, output: StepEntries.OutputID, element: Int) {
    self.step = step
    self.output = output
    self.element = element
  }
}

/// A tree that a party has committed to.
public enum CommittedTree: Hashable, Sendable {
  /// Over the `StepRecord`s of an interval.
  case steps(interval: Int)
  /// Over the `EntryRecord`s of a step.
  case entries(step: UInt64)
  case contents(ContentsID)
  /// Over the `WeightsRecord`s of the spec's weights file.
  case weights
}

/// What both parties are asked.
///
/// A question says all that is needed to answer it. Which one comes next follows from the answers
/// to those before it, so whoever has these can put it himself.
public enum Question: Hashable, Sendable {
  /// To open records of the trace.
  case records([Int])
  /// To commit to the states of an interval, step by step.
  case steps(interval: Int)
  /// To commit to what a step goes through.
  case entries(step: UInt64)
  /// To give the nodes `TreeSearch.levels` below a node, or the leaf hashes where there are fewer.
  case nodes(CommittedTree, height: Int, index: Int)
  /// To open leaves of a list.
  case leaves(CommittedTree, [Int])
  /// To open a chunk, whose hash is known.
  case chunk(ContentsID, index: Int)
  /// To commit to the values that an element comes from.
  case values(ElementID)
  /// To open all that one of these values is computed from.
  case inputs(ElementID, value: Int)
  /// To open an example of the data.
  case example(Int)
  /// To open the entries that a step's end follows from.
  case ending(step: UInt64)
  /// To give the roots of the first state's tensors.
  case initialRoots
  /// To commit to the spec's weights file.
  case weights

  /// The question's bytes: a number for its kind, and each number in it as 8 bytes.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    for number in numbers { writer.write(UInt64(number)) }
    return writer.bytes
  }

  private var numbers: [Int] {
    switch self {
    case .records(let indices): [1] + indices
    case .steps(let interval): [2, interval]
    case .entries(let step): [3, Int(step)]
    case .nodes(let tree, let height, let index): [4, height, index] + tree.numbers
    case .leaves(let tree, let indices): [5] + tree.numbers + indices
    case .chunk(let contents, let index): [6, index] + contents.numbers
    case .values(let element): [7] + element.numbers
    case .inputs(let element, let value): [8, value] + element.numbers
    case .example(let index): [9, index]
    case .ending(let step): [10, Int(step)]
    case .initialRoots: [11]
    case .weights: [12]
    }
  }
}

extension CommittedTree {
  fileprivate var numbers: [Int] {
    switch self {
    case .steps(let interval): [1, interval]
    case .entries(let step): [2, Int(step)]
    case .contents(let contents): [3] + contents.numbers
    case .weights: [4]
    }
  }
}

extension ContentsID {
  fileprivate var numbers: [Int] {
    switch self {
    case .initial(let tensor): [1, tensor]
    case .output(let step, let output): [2, Int(step), output.entry, output.slot]
    case .values(let element): [3] + element.numbers
    }
  }
}

extension ElementID {
  fileprivate var numbers: [Int] { [Int(step), output.entry, output.slot, element] }
}

extension Question: CustomStringConvertible {
  public var description: String {
    switch self {
    case .records(let indices): "open \(indices.count) records of the trace"
    case .steps(let interval): "commit to the states of interval \(interval)"
    case .entries(let step): "commit to what step \(step) goes through"
    case .nodes(let tree, _, _): "open nodes of \(tree.name)"
    case .leaves(let tree, _): "open entries of \(tree.name)"
    case .chunk(let contents, _): "open a chunk of \(CommittedTree.contents(contents).name)"
    case .values: "commit to the values that an element comes from"
    case .inputs: "open what one value is computed from"
    case .example(let index): "open example \(index)"
    case .ending(let step): "open what the end of step \(step) follows from"
    case .initialRoots: "give the roots of the first state"
    case .weights: "commit to the weights file"
    }
  }
}

extension CommittedTree {
  fileprivate var name: String {
    switch self {
    case .steps(let interval): "the states of interval \(interval)"
    case .entries(let step): "the entries of step \(step)"
    case .contents(.initial): "a tensor of the first state"
    case .contents(.output): "a tensor"
    case .contents(.values): "an element's values"
    case .weights: "the weights file"
    }
  }
}

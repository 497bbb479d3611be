public import AssaySpecification

// Where a dispute has come to, for people.
extension Context {
  /// The place of a stage, from the interval down.
  func subject(of stage: Stage) -> String {
    switch stage {
    case .records: "the trace"
    case .initialRoots: "the first state"
    case .steps(let interval), .step(let interval, _), .stepLeaves(let interval, _):
      "interval \(interval.index)"
    case .entries(let step): subject(step)
    case .entry(let disputed, _): subject(disputed.step)
    case .entryLeaf(let disputed, let entry): subject(disputed.step) + ", " + name(of: entry)
    case .ending(let disputed): subject(disputed.step) + ", the state that it ends in"
    case .contents(let disputed, _), .chunk(let disputed, _): subject(disputed)
    case .example(let element, _), .values(let element): subject(element)
    case .value(let values, _), .valueChunk(let values, _): subject(values.element)
    case .weights(let given): subject(given)
    case .weightsNode(let weights, _), .weightsRecord(let weights, _),
      .weightsHeader(let weights, _), .weightsElement(let weights, _, _, _):
      subject(weights.given)
    case .inputs(let value):
      subject(value.values.element) + ", value \(value.index) of \(value.values.count)"
    }
  }

  private func subject(_ step: DisputedStep) -> String {
    "interval \(step.interval), step \(step.step)"
  }

  private func subject(_ disputed: DisputedContents) -> String {
    guard let step = disputed.entries?.step, case .output(_, let output) = disputed.contents else {
      return "the first state, \(disputed.tensor.name)"
    }
    return subject(step) + ", " + name(of: output.entry) + ", " + disputed.tensor.name
  }

  private func subject(_ element: DisputedElement) -> String {
    subject(element.contents) + ", element \(element.id.element)"
  }

  private func subject(_ given: DisputedGiven) -> String {
    subject(given.contents) + ", element \(given.element), from the weights file"
  }

  private func name(of entry: Int) -> String {
    switch entries.entries[entry] {
    case .scalars: "the learning rate"
    case .state: "the state before it"
    case .frozen: "the frozen tensors"
    case .counts: "the rows that count"
    case .features: "the batch"
    case .targets: "what is to be predicted"
    case .instruction(_, let place):
      "operator \(place) (\(entries.program.instructions[place].name))"
    case .end: "its end"
    }
  }
}

extension Instruction {
  /// The operator's name.
  public var name: String {
    switch self {
    case .convolution(let inner, _): "convolution " + Self.caseName(of: inner)
    case .pooling(let inner, _): "pooling " + Self.caseName(of: inner)
    case .channel(let inner, _): "channel " + Self.caseName(of: inner)
    case .row(let inner, _, _): Self.caseName(of: inner)
    case .attention(let inner, _): "attention " + Self.caseName(of: inner)
    case .sequence(let inner): Self.caseName(of: inner)
    case .update(let inner): Self.caseName(of: inner)
    case .integer(let inner): "integer " + Self.caseName(of: inner)
    default: Self.caseName(of: self)
    }
  }

  private static func caseName(of value: some Any) -> String {
    Mirror(reflecting: value).children.first?.label ?? "\(value)"
  }
}

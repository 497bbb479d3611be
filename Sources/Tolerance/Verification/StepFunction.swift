public import AssayDatasets
public import AssayWire

/// What is to be executed again: an interval's steps, from the claimed state at its start.
public struct StepRequest: Hashable, Sendable {
  /// The state before the first of the steps.
  public let state: TracedState
  /// Steps, counted from 0; the first of them leads from step `steps.lowerBound` to the next.
  public let steps: Range<Int>
  /// A row for each of them.
  public let batches: IndexTable
  /// What the provider says of its settings.
  public let hyperparameters: JSONValue

  /// A request.
  public init(
    state: TracedState, steps: Range<Int>, batches: IndexTable, hyperparameters: JSONValue
  ) {
    self.state = state
    self.steps = steps
    self.batches = batches
    self.hyperparameters = hyperparameters
  }
}

/// The buyer's own training step: it alone says what a step is.
public protocol StepFunction {
  /// Whether it ran where neither the network nor other files could be reached.
  var isSandboxed: Bool { get }

  /// Executes the steps.
  ///
  /// - Throws: `stepFunction` where it failed; then nothing is said about the provider.
  func run(_ request: StepRequest) throws(ToleranceError) -> TracedState
}

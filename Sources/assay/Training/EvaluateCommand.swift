internal import AssayDatasets
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire
internal import Foundation

/// `assay evaluate`: how well a stored state does on a test set.
struct EvaluateCommand: Command {
  static let description = CommandDescription(
    name: "evaluate",
    abstract: "Evaluate a run's last state, or another stored one, on a test set.",
    discussion: """
      For a generated task the test set is the one that the spec measures, or the 2,000 examples
      that follow the trained ones. For a text it is what follows the trained part of the file that
      --text names (with the same --vocabulary, if there was one), or another text, named
      with --test-text. The loss of a text is the mean over all positions of its rows, the
      perplexity its exponential, and the accuracy the share of positions whose next token has the
      largest output.
      """,
    examples: [
      CommandExample("assay evaluate run", "Evaluates on the generated task's test set."),
      CommandExample(
        "assay evaluate run --test-data images.gz --test-targets labels.gz",
        "Evaluates on files."),
      CommandExample(
        "assay evaluate run --text corpus.txt", "Evaluates on the part that was not trained on."),
    ])

  @Argument(help: "The run folder.") var run: String
  @Option("step", in: 0...1 << 40, help: "Evaluate the state after this step.") var step: UInt64?
  var test = TestDataOptions()
  var texts = TextOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let directory = try RunDirectory.open(run)
    let chosen = try directory.storedStep(step)
    guard let dataset = try test.dataset(for: directory.spec, texts: texts)
    else {
      throw UsageError("A test set is needed.", hint: "Name one with --test-data or --test-text.")
    }
    let evaluator = try Evaluator(
      spec: directory.spec, dataset: dataset, backend: try options.backend(),
      weights: directory.weights())
    let result = try evaluator.evaluate(try directory.checkpoint(step: chosen))
    try console.print("step         \(chosen)")
    try console.print("loss         \(String(format: "%.6f", result.loss))")
    if case .nextToken = directory.spec.data.target {
      try console.print("perplexity   \(String(format: "%.4f", exp(result.loss)))")
    }
    if let accuracy = result.accuracy {
      try console.print(
        "accuracy     \(Quantity.percent(accuracy)) of \(result.exampleCount) examples")
    }
    try console.json(RunMeasurements.Point(step: chosen, evaluation: result).json)
    return .success
  }
}

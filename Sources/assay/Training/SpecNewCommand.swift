internal import AssayCryptography
internal import AssayDatasets
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

extension QualityMeasure.Metric: ArgumentValue {}

/// `assay spec new`: writes a spec from a template.
struct SpecNewCommand: Command {
  static let description = CommandDescription(
    name: "new",
    abstract: "Write a spec from a template, for your data or the generated task.",
    discussion: """
      A spec fixes everything a training run's result depends on. Without --data, the examples are
      'glyphs', images that Assay generates itself. Of a text (--text), rows of --context tokens and
      the one that follows are trained on, and its last tenth, or --test-share, is not.

      The interval is how many steps lie between two states that the trace records. Left out, it is
      the shortest for which committing costs about 2 % of the training time, by an estimate from
      the model's size; `assay train` measures what it really costs.

      With --base the model is that of another spec, and with --weights it starts from a safetensors
      file, which the spec names by its SHA-256: the tensors of the same names and shapes. With
      --template lora the base is frozen, and low-rank factors beside its linear layers are
      trained.

      With --measure, claims state how well the last state does on a test set that the spec commits
      to, audits measure it again, and terms may make the price depend on it. The test set is the
      2,000 examples of the generated task after the trained ones, the part of a text that is not
      trained on, or what --test-data or --test-text name.

      With --numerics integer every number is a whole one and every rounding a written rule. The
      templates mlp, lenet and vgg11 then have no biases, average pooling before relu, and gradient
      descent (--optimizer sgd) with --momentum 0.875 or 0.

      With --hiding, proofs show nothing of weights and data, and neither do the trace's hashes.
      They are made with a secret, which is written beside the spec; who trains, proves, claims, or
      executes steps again must have it (--secret), who checks proofs needs it not.
      """,
    examples: [
      CommandExample("assay spec new --out spec.json", "A perceptron for the generated task."),
      CommandExample(
        "assay spec new --out spec.json --data t10k-images-idx3-ubyte.gz --targets "
          + "t10k-labels-idx1-ubyte.gz --hidden 256,128 --epochs 10",
        "For MNIST files."),
      CommandExample(
        "assay spec new --out spec.json --text corpus.txt --context 128 --template gpt",
        "For a text, whose bytes are the tokens."),
      CommandExample(
        "assay spec new --out spec.json --template mlp --numerics integer --hidden 256",
        "In exact integers, whose steps can be proved."),
      CommandExample(
        "assay spec new --out spec.json --template mlp --numerics integer --hidden 256 --hiding",
        "Proofs show nothing of weights and data; writes spec.json.secret."),
      CommandExample(
        "assay spec new --out lora.json --template lora --base spec.json --weights "
          + "model.safetensors --rank 4",
        "Adapters on a model that was trained before."),
      CommandExample(
        "assay spec new --out spec.json --batch 512 --accumulate 8 --label-smoothing 0.1",
        "Batches of 512 with the memory of 64, and smoothed labels."),
      CommandExample(
        "assay spec new --out spec.json --measure accuracy",
        "The claim says how many of 2,000 test images are right."),
    ])

  /// The kinds of optimiser.
  enum OptimizerKind: String, CaseIterable, ArgumentValue {
    case sgd, adam, adamw
  }
  /// The kinds of schedule.
  enum ScheduleKind: String, CaseIterable, ArgumentValue {
    case constant, cosine
  }
  /// The models there are templates for.
  enum Template: String, CaseIterable, ArgumentValue {
    case mlp, lenet, vgg11, resnet20, gpt, lora
  }
  /// The arithmetic.
  enum NumericsKind: String, CaseIterable, ArgumentValue {
    case float32, integer
  }
  /// The parameters that weight decay reaches.
  enum Decayed: String, CaseIterable, ArgumentValue {
    case all, matrices
  }
  /// The functions between layers.
  enum Activation: String, CaseIterable, ArgumentValue {
    case relu, tanh, gelu
  }

  @Option("path", help: "Where to write the spec.") var out: String
  @Option("name", help: "mlp (unless --base is given), lenet, vgg11, resnet20, gpt or lora.")
  var template: Template?
  @Option("name", help: "float32, or integer: exact, for mlp, lenet and vgg11, without biases.")
  var numerics: NumericsKind = .float32
  var start = StartOptions()
  @Option("widths", help: "mlp: widths of the hidden layers, with commas; 'none' for none.")
  var hidden: String = "128"
  @Option("name", help: "mlp: the function between layers, relu, tanh or gelu.")
  var activation: Activation = .relu
  @Option("count", in: 1...1000, help: "gpt: how many blocks.") var layers: Int = 6
  @Option("count", in: 1...65536, help: "gpt: width of the residual stream.") var width: Int = 384
  @Option("count", in: 1...1024, help: "gpt: attention heads.") var heads: Int = 6
  @Option("share", in: 0...0.99, help: "gpt: share of activations dropped while training.")
  var dropout: Double = 0
  var files = DataOptions()
  @Option("metric", help: "Measure the last state on a test set: accuracy or loss.")
  var measure: QualityMeasure.Metric?
  var test = TestDataOptions()
  var augment = AugmentOptions()
  var labels = LabelOptions()
  @Option("count", in: 1...10_000_000, help: "Examples of the generated task.")
  var examples: Int = 10_000
  @Option("number", help: "Keys initial values and batch order.") var seed: UInt64 = 1
  @Option("count", in: 1...1 << 40, help: "Steps; instead of --epochs.") var steps: UInt64?
  @Option("count", in: 1...1_000_000, help: "Passes over the data.") var epochs: UInt64 = 10
  @Option("count", in: 1...1 << 20, help: "Examples in a batch.") var batch: Int = 64
  @Option(
    "count", in: 1...1 << 20,
    help: "Compute a batch as so many micro-batches, with the memory of one.")
  var accumulate: Int = 1
  @Option("steps", in: 1...1 << 40, help: "Steps between recorded states; see above.")
  var interval: UInt64?
  @Flag(help: "integer: commit to states and data so that steps can be proved.")
  var provable: Bool
  @Option("count", in: 1...1 << 12, help: "integer: steps that one proof covers; 4 if left out.")
  var proofSteps: Int?
  @Flag(help: "integer: make proofs that show nothing of weights and data; implies --provable.")
  var hiding: Bool
  @Option("count", in: 2...1 << 12, help: "Proofs that hidden data may be opened in; else 16.")
  var openings: Int?
  @Option("file", help: "Where to write the secret of --hiding; the spec's path and .secret.")
  var secret: String?
  @Option("name", help: "sgd, adam or adamw (the default of float32).")
  var optimizer: OptimizerKind?
  @Option("rate", in: 0...1000, help: "The learning rate, at its peak; 0.001 for float32.")
  var learningRate: Double?
  @Option("share", in: 0...0.999, help: "Momentum of sgd; 0.9 for float32, 0.875 for integer.")
  var momentum: Double?
  @Option("share", in: 0...100, help: "Weight decay.") var weightDecay: Double = 0.01
  @Option("which", help: "What decays: all parameters, or matrices only.")
  var decay: Decayed = .all
  @Option("norm", in: 0...1e9, help: "Scale all gradients together down to this norm.")
  var clipNorm: Double?
  @Option("share", in: 0...0.999999, help: "Keep a moving average of the parameters.")
  var averageDecay: Double?
  @Option("name", help: "constant or cosine (down to 0 at the last step).")
  var schedule: ScheduleKind = .cosine
  @Option("steps", in: 0...1 << 40, help: "Steps over which the learning rate rises.")
  var warmup: UInt64 = 0

  func run(_ console: Console) throws -> ExitCode {
    let data = try describeData()
    guard batch.isMultiple(of: accumulate) else {
      throw UsageError(
        "--batch \(batch) is not a multiple of --accumulate \(accumulate).",
        hint: "Each micro-batch takes an equal part of the batch.")
    }
    let quality = try describeTest(data)
    let stepCount =
      steps ?? (epochs * UInt64(data.exampleCount) + UInt64(batch) - 1) / UInt64(batch)
    let parts = try parts(data, steps: stepCount, console)
    func spec(
      interval: UInt64, update: UpdateOptions, proof: ProofOptions? = nil
    ) throws -> Spec {
      try Spec(
        decoding: Spec.json(
          seed: seed, steps: stepCount, interval: interval, batchSize: batch,
          model: parts.model.json, data: data, optimizer: parts.optimizer,
          schedule: parts.schedule, update: update, weights: parts.model.weights,
          integer: parts.integer, quality: quality, proof: proof))
    }
    let plain = try spec(
      interval: stepCount, update: UpdateOptions(microBatchCount: accumulate))
    let chosen =
      try interval ?? min(stepCount, CostEstimate(plain).interval(committingShare: 0.02))
    let result = try spec(
      interval: chosen, update: update(for: plain.model),
      proof: proofOptions(for: plain, interval: chosen))
    try FileAccess.write(result.bytes, to: out)
    try console.print("spec         \(out)")
    if hiding { try console.print("secret       \(secretPath)  (keep it; see --help)") }
    try console.print("digest       \(result.digest)")
    try console.print("model        \(result.model.parameterElementCount) parameters")
    try console.print(
      "data         \(data.exampleCount) examples, root \(data.root.hex.prefix(16))…")
    if let quality {
      try console.print(
        "measures     \(quality.metric.rawValue) on \(quality.exampleCount) test examples, root "
          + "\(quality.root.hex.prefix(16))…")
    }
    try console.print(
      "steps        \(result.steps) in \(result.intervalCount) intervals of \(chosen)")
    try console.json(
      .object([
        "spec": .string(out), "digest": .string(result.digest.hex),
        "parameters": .integer(result.model.parameterElementCount),
        "examples": .integer(data.exampleCount), "dataRoot": .string(data.root.hex),
        "steps": .integer(result.steps), "interval": .integer(chosen),
        "intervals": .integer(result.intervalCount),
      ]))
    return .success
  }

  private func describeData() throws -> DataDescription {
    let source = try files.source()
    let task = DataDescription.GeneratedTask(task: "glyphs", seed: seed, first: 0)
    let dataset = try Dataset.load(source ?? .generated(task, count: examples))
    return dataset.description(
      scale: numerics == .integer ? DataDescription.Scale() : dataset.standardScale,
      generated: source == nil ? task : nil,
      augmentation: augment.augmentation, stride: files.texts.stride)
  }

  private func describeTest(_ data: DataDescription) throws -> QualityMeasure? {
    guard let measure else {
      guard !test.isNamed else {
        throw UsageError(
          "A test set was named, but not what to measure.", hint: "Add --measure accuracy.")
      }
      return nil
    }
    guard let dataset = try test.dataset(for: data, texts: files.texts) else {
      throw UsageError(
        "A test set is needed to measure on.",
        hint: "Name one with --test-data and --test-targets, or with --test-text.")
    }
    try dataset.checkKind(against: data)
    return QualityMeasure(
      metric: measure, root: dataset.commitment(), exampleCount: dataset.exampleCount,
      batchSize: min(data.usualEvaluationBatch, dataset.exampleCount),
      generated: test.isNamed
        ? nil : data.generated.map { TestDataOptions.generated(after: $0, data) })
  }

  /// What is trained, and how.
  struct Parts {
    var model: StartOptions.Model
    var optimizer: Optimizer
    var schedule: Schedule
    var integer: IntegerSettings?
  }

  private func parts(
    _ data: DataDescription, steps: UInt64, _ console: Console
  ) throws -> Parts {
    if numerics == .integer { return try integerParts(data, steps: steps) }
    var model = try start.model(template: template, console) { try self.model($0, for: data) }
    model.json = try labels.applied(to: model.json)
    return Parts(model: model, optimizer: chosenOptimizer, schedule: chosenSchedule)
  }

  private func model(
    _ template: Template, for data: DataDescription
  ) throws -> JSONValue {
    func required(_ model: JSONValue?, _ data: String) throws -> JSONValue {
      guard let model else {
        throw UsageError(
          "The template \(template.rawValue) needs \(data).", hint: "Name other data, or use mlp.")
      }
      return model
    }
    switch template {
    case .mlp:
      if case .nextToken = data.target {
        throw UsageError("The template mlp reads no text.", hint: "Add --template gpt.")
      }
      return MultilayerPerceptron(
        hidden: try widths(),
        activation: MultilayerPerceptron.Activation(rawValue: activation.rawValue) ?? .relu
      ).model(for: data)
    case .lenet:
      return try required(LeNet().model(for: data), "images of at least 12×12")
    case .vgg11:
      throw UsageError(
        "The template vgg11 is there for integers only.", hint: "Add --numerics integer.")
    case .resnet20:
      return try required(ResNet(blocks: 3).model(for: data), "images of at least 8×8")
    case .gpt:
      guard width % heads == 0 else {
        throw UsageError(
          "--width \(width) is not a multiple of --heads \(heads).",
          hint: "Each head takes an equal part of the width.")
      }
      return try required(
        GPT(layers: layers, width: width, heads: heads, dropout: Float(dropout)).model(for: data),
        "text (--text FILE --context N)")
    case .lora:
      throw UsageError(
        "The template lora adapts a model that is there already.",
        hint: "Name its spec with --base spec.json and its weights with --weights FILE.")
    }
  }

  private func update(for model: ModelGraph) -> UpdateOptions {
    UpdateOptions(
      microBatchCount: accumulate, clipNorm: clipNorm.map { Float($0) },
      noDecay: decay == .all
        ? [] : model.parameters.filter { $0.shape.dimensions.count < 2 }.map(\.name),
      averageDecay: averageDecay.map { Float($0) })
  }

  func widths() throws -> [Int] {
    if hidden == "none" { return [] }
    return try hidden.split(separator: ",", omittingEmptySubsequences: false).map { text in
      guard let width = Int(text), (1...1 << 20).contains(width) else {
        throw UsageError(
          "--hidden: expected widths such as 256,128, found '\(hidden)'.",
          hint: "Each width is a number from 1 to \(1 << 20).")
      }
      return width
    }
  }

  private var chosenOptimizer: Optimizer {
    let kind = optimizer ?? .adamw
    return kind == .sgd
      ? .sgd(momentum: Float(momentum ?? 0.9), nesterov: false, weightDecay: Float(weightDecay))
      : .adam(
        beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: Float(weightDecay),
        decoupled: kind == .adamw)
  }

  private var chosenSchedule: Schedule {
    Schedule(
      kind: schedule == .constant ? .constant : .cosine(final: 0),
      learningRate: Float(learningRate ?? 0.001), warmupSteps: warmup)
  }
}

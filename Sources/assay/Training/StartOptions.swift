internal import AssayCryptography
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

/// What a new spec starts from: another spec's model, given weights, adapters on both.
struct StartOptions: OptionGroup {
  @Option("spec", help: "Take the model of this spec, instead of a template's.")
  var base: String?
  var weights = WeightsOptions()
  @Option("file", help: "A JSON object: the model's tensor names and the weights file's.")
  var names: String?
  @Flag(help: "Take what fits from the weights file; the rest starts from the seed.")
  var partial: Bool
  @Option("rank", in: 1...65536, help: "lora: rank of the adapters.") var rank: Int = 8
  @Option(
    "number", in: 0...1e6, help: "lora: they are scaled by alpha / rank; 2 · rank if left out.")
  var alpha: Double?
  @Option(
    "names",
    help: "lora: adapt linear layers whose weight's name contains one of these, with commas.")
  var adapt: String?

  /// The model of a new spec.
  struct Model {
    var json: JSONValue
    /// The digest of the weights file that it starts from.
    var weights: Digest?
  }

  /// The model to train.
  ///
  /// - Parameter make: writes a template's model.
  func model(
    template: SpecNewCommand.Template?, _ console: Console,
    make: (SpecNewCommand.Template) throws -> JSONValue
  ) throws -> Model {
    var model = Model(json: try plain(template, make))
    if let file = try weights.file() {
      model.json = try matched(model.json, file, console)
      model.weights = file.digest
    } else if names != nil || partial || template == .lora {
      throw UsageError("Weights are needed.", hint: "Add --weights model.safetensors.")
    }
    guard template == .lora else {
      guard adapt == nil, alpha == nil else {
        throw UsageError("--adapt and --alpha are for adapters.", hint: "Add --template lora.")
      }
      return model
    }
    let adapters = LowRankAdapters(
      rank: rank, alpha: Float(alpha ?? 2 * Double(rank)),
      parts: adapt?.split(separator: ",").map(String.init) ?? [])
    guard let adapted = adapters.model(adapting: model.json) else {
      throw UsageError(
        "The base has no linear layer to adapt\(adapt.map { " of the name \($0)" } ?? "").",
        hint: "`assay inspect` lists the names; name parts of them with --adapt.")
    }
    model.json = adapted
    return model
  }

  private func plain(
    _ template: SpecNewCommand.Template?, _ make: (SpecNewCommand.Template) throws -> JSONValue
  ) throws -> JSONValue {
    guard let base else { return try make(template ?? .mlp) }
    guard template == nil || template == .lora else {
      throw UsageError(
        "Both a template and a base were named.",
        hint: "Leave out one of them, or say --template lora to adapt the base.")
    }
    let spec = try InputFiles.spec(base)
    guard case .object(let members) = try JSONValue.parse(spec.bytes),
      let model = members.first(where: { $0.name == "model" })
    else { throw OperationError("'\(base)' is no spec.") }
    return model.value
  }

  /// The model, starting from the file; whatever does not fit is said, and refused unless
  /// `partial`.
  private func matched(
    _ model: JSONValue, _ file: WeightsFile, _ console: Console
  ) throws -> JSONValue {
    let match = WeightsMatch(
      model: model, shapes: file.tensors.mapValues(\.dimensions), names: try nameTable())
    let missing = match.missing.map { "\($0.name): \($0.reason)" }
    let unused = match.unused.map { "\(AuditText.printable($0)): the model has no tensor for it" }
    let misfits = missing + unused
    guard partial || misfits.isEmpty else {
      let more = misfits.count > 8 ? "; … (\(misfits.count) in all)" : ""
      throw OperationError(
        "The weights do not fit the model. \(misfits.prefix(8).joined(separator: "; "))\(more). "
          + "Say which names belong together with --names, or take what fits with --partial.")
    }
    guard !match.taken.isEmpty else {
      throw OperationError(
        "No tensor of the weights file fits the model; say which belong together with --names.")
    }
    try console.print(
      "weights      \(match.taken.count) tensors of \(file.tensors.count), SHA-256 \(file.digest)")
    for line in missing { try console.print("from seed    \(line)") }
    for line in unused { try console.print("not taken    \(line)") }
    return match.model
  }

  private func nameTable() throws -> [String: String] {
    guard let names else { return [:] }
    guard
      case .object(let members) = try JSONValue.parse(FileAccess.read(names, limit: 16 << 20))
    else { throw OperationError("'\(names)' is no JSON object of names.") }
    var table: [String: String] = [:]
    for member in members {
      guard case .string(let name) = member.value else {
        throw OperationError("'\(names)': \(member.name) is no name of a tensor.")
      }
      table[member.name] = name
    }
    return table
  }
}

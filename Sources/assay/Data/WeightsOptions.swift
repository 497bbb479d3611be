internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining

/// Where the weights are that a spec starts from.
struct WeightsOptions: OptionGroup {
  @Option("file", help: "The safetensors file that the spec starts from, if it names one.")
  var weights: String?

  /// The file that was named, or nil when none was.
  func file() throws -> WeightsFile? {
    try weights.map { path in
      let bytes = try FileAccess.read(path, limit: WeightsFile.byteCountLimit)
      do {
        return try WeightsFile(bytes)
      } catch {
        throw OperationError("'\(path)': \(error)")
      }
    }
  }

  /// The file that `spec` starts from; nil where it starts from its seed alone.
  ///
  /// - Throws: `UsageError` when the spec names a file and none was given.
  func file(for spec: Spec) throws -> WeightsFile? {
    if let digest = spec.weights, weights == nil {
      throw UsageError(
        "The spec starts from given weights (SHA-256 \(digest)); say where they are.",
        hint: "Add --weights model.safetensors.")
    }
    return try file()
  }
}

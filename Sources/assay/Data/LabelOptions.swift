internal import AssaySpecification
internal import AssayWire

/// What the loss of a new spec makes of its labels.
struct LabelOptions: OptionGroup {
  @Option("share", in: 0...0.999, help: "Labels: the share of weight that all classes have alike.")
  var labelSmoothing: Double = 0
  @Option("number", in: 0...1 << 24, help: "Labels or tokens: leave out what has this one.")
  var ignoreLabel: Int?

  /// `model` with the options that were asked for.
  func applied(to model: JSONValue) throws -> JSONValue {
    guard labelSmoothing > 0 || ignoreLabel != nil else { return model }
    let labelling = Labelling(
      smoothing: Float(labelSmoothing), ignored: ignoreLabel.map { Int32($0) })
    guard let result = labelling.applied(to: model) else {
      throw UsageError(
        "--label-smoothing and --ignore-label need labels, and the targets are values.",
        hint: "Leave them out.")
    }
    return result
  }
}

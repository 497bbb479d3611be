internal import AssaySpecification

/// How images are changed from one pass to the next while training.
struct AugmentOptions: OptionGroup {
  @Option(
    "count", in: 0...65535,
    help: "Images: shift each at random by up to so many pixels, with zeros beyond its edges.")
  var crop: Int = 0
  @Flag(help: "Images: mirror half of them left to right.") var flip: Bool

  /// What was asked for, or nil when images are taken as they are.
  var augmentation: Augmentation? {
    crop == 0 && !flip ? nil : Augmentation(padding: crop, flips: flip)
  }
}

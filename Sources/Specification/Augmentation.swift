internal import AssayWire

/// How images are shifted and mirrored while training, after He et al. 2016, §4.2.
///
/// An image of h rows and w columns, or several such channels, is surrounded by `padding` rows and
/// columns of raw zeros on each side; an h × w window of that, the same for all channels, takes
/// its place, and is mirrored left to right in half of the cases. Raw elements move before they
/// are scaled, so a padding element is the feature of raw 0. Evaluation never augments.
///
/// The window of the example at place i (from 0) of step s is drawn from the words (a, b, c, _) of
/// `Philox4x32(seed: spec.seed).block(purpose: .augmentation, step: s, index: i)`: its first row
/// is ⌊a·(2·padding + 1) / 2³²⌋ of the padded image, its first column
/// ⌊b·(2·padding + 1) / 2³²⌋, and it is mirrored where `flips` is set and c ≥ 2³¹. Element (y, x)
/// of the result is then element (y + row, x' + column) of the padded image, with
/// x' = w − 1 − x where mirrored and x otherwise.
public struct Augmentation: Hashable, Sendable {
  /// Rows and columns of zeros on each side, less than the image's height and width.
  public let padding: Int
  /// Whether half of the images are mirrored left to right.
  public let flips: Bool

  /// An augmentation; `padding` ≥ 0.
  public init(padding: Int, flips: Bool) {
    self.padding = padding
    self.flips = flips
  }

  /// What takes the place of one image.
  public struct Window: Hashable, Sendable {
    /// The window's first row less `padding`: from −padding to padding.
    public let rowShift: Int
    /// The window's first column less `padding`: from −padding to padding.
    public let columnShift: Int
    /// Whether the window is mirrored left to right.
    public let isMirrored: Bool

    /// A window.
    public init(rowShift: Int, columnShift: Int, isMirrored: Bool) {
      self.rowShift = rowShift
      self.columnShift = columnShift
      self.isMirrored = isMirrored
    }
  }

  /// The window of the example at place `position` of step `step`.
  public func window(seed: UInt64, step: UInt64, position: Int) -> Window {
    let words = Philox4x32(seed: seed).block(
      purpose: .augmentation, step: step, index: UInt64(position))
    let count = UInt64(2 * padding + 1)
    return Window(
      rowShift: Int((UInt64(words.0) * count) >> 32) - padding,
      columnShift: Int((UInt64(words.1) * count) >> 32) - padding,
      isMirrored: flips && words.2 >> 31 == 1)
  }
}

extension Augmentation {
  /// Reads the `augment` object of a spec's data: `crop`, the padding, and `flip`.
  init(fields: inout JSONFields, shape: Shape) throws(WireError) {
    guard let image = shape.image else {
      throw fields.failure(
        "crop", "expected examples [rows, columns] or [channels, rows, columns], found \(shape)")
    }
    padding = try fields.integer("crop", in: 0...Int(UInt16.max))
    guard padding < min(image.rows, image.columns) else {
      throw fields.failure(
        "crop", "expected less than the image's height and width (\(shape)), found \(padding)")
    }
    flips = try fields.bool("flip")
    guard padding > 0 || flips else {
      throw fields.failure("flip", "an augmentation that changes nothing is left out")
    }
    try fields.finish()
  }

  /// The `augment` object of a spec's data.
  var json: JSONValue {
    .object(["crop": .integer(padding), "flip": .bool(flips)])
  }
}

extension Shape {
  /// The extents of an image [rows, columns] or [channels, rows, columns]; nil for other shapes.
  public var image: (channels: Int, rows: Int, columns: Int)? {
    switch dimensions.count {
    case 2: (1, dimensions[0], dimensions[1])
    case 3: (dimensions[0], dimensions[1], dimensions[2])
    default: nil
    }
  }
}

/// The ten signs of the glyph task, each a few polylines.
///
/// Coordinates lie in a box of −64 … 64 each way, x to the right, y downwards.
enum GlyphAlphabet {
  static let signs: [[[GlyphPoint]]] = [
    [ring],
    [line(-60, 0, 60, 0), line(0, -60, 0, 60)],
    [line(-52, -52, 52, 52), line(52, -52, -52, 52)],
    [points((0, -60), (58, 50), (-58, 50), (0, -60))],
    [line(-54, -60, 54, -60), line(0, -60, 0, 60)],
    [points((-44, -60), (-44, 56), (48, 56))],
    [points((-52, -54), (52, -54), (-52, 54), (52, 54))],
    [points((-56, -54), (0, 56), (56, -54))],
    [line(-48, -60, -48, 60), line(48, -60, 48, 60), line(-48, 0, 48, 0)],
    [line(-56, -54, 56, -54), line(-56, 0, 56, 0), line(-56, 54, 56, 54)],
  ]

  private static let ring = points(
    (26, -60), (60, -26), (60, 26), (26, 60), (-26, 60), (-60, 26), (-60, -26), (-26, -60),
    (26, -60))

  private static func points(_ corners: (Int, Int)...) -> [GlyphPoint] {
    corners.map { GlyphPoint(x: $0.0, y: $0.1) }
  }

  private static func line(_ x0: Int, _ y0: Int, _ x1: Int, _ y1: Int) -> [GlyphPoint] {
    points((x0, y0), (x1, y1))
  }
}

/// A point: in the sign's box, or on the canvas in 1/256 of a pixel.
struct GlyphPoint: Hashable, Sendable {
  var x: Int
  var y: Int
}

/// Where a sign stands on the canvas: stretched, turned, then shifted.
struct GlyphPlacement {
  /// cos θ and sin θ times 2¹⁴, from the rational parametrisation with u = 1024 · tan(θ/2): exact
  /// enough for a pixel, and without a table or a libm.
  private let cosine: Int
  private let sine: Int
  /// Canvas units (1/256 pixel) of one box unit, times 64.
  private let widthScale: Int
  private let heightScale: Int
  private let centre: GlyphPoint

  /// Draws a turn of up to 20° either way, half sides of 3.3 to 5.5 pixels, and a shift of up to
  /// 2.3 pixels each way.
  init(draws: inout Draws) {
    let u = draws.uniform(-180...180)
    let unit = 1 << 20
    cosine = (unit - u * u) * 16_384 / (unit + u * u)
    sine = 2048 * u * 16_384 / (unit + u * u)
    widthScale = draws.uniform(900...1500)
    heightScale = draws.uniform(900...1500)
    let middle = GlyphTask.side * 128
    centre = GlyphPoint(
      x: middle + draws.uniform(-600...600), y: middle + draws.uniform(-600...600))
  }

  /// Where a point of the box lies on the canvas.
  func place(_ point: GlyphPoint) -> GlyphPoint {
    let x = point.x * widthScale
    let y = point.y * heightScale
    return GlyphPoint(
      x: centre.x + (x * cosine - y * sine) >> 20, y: centre.y + (x * sine + y * cosine) >> 20)
  }
}

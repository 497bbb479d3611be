/// How much of each pixel is covered with ink, 0 to 255.
struct GlyphCanvas {
  private static let blank = [Int](repeating: 0, count: GlyphTask.pixelCount)

  /// Coverage in row-major order.
  private(set) var coverage = blank

  /// Takes all ink away.
  mutating func clear() { coverage = Self.blank }

  /// Draws a line with round ends and an edge one pixel soft; the darker ink of two wins.
  ///
  /// All lengths are in 1/256 of a pixel; pixel (x, y) has its centre at (256x + 128, 256y + 128).
  /// Full ink up to half a pixel within the edge, none from half a pixel outside it, between them
  /// linear in the squared distance, which needs no root.
  mutating func stroke(from start: GlyphPoint, to end: GlyphPoint, halfWidth: Int, ink: Int) {
    let side = GlyphTask.side
    let outer = halfWidth + 128
    let inner = max(0, halfWidth - 128)
    let outerSquare = outer * outer
    let innerSquare = inner * inner
    let span = outerSquare - innerSquare
    let left = max(0, (min(start.x, end.x) - outer) >> 8)
    let right = min(side - 1, (max(start.x, end.x) + outer) >> 8)
    let top = max(0, (min(start.y, end.y) - outer) >> 8)
    let bottom = min(side - 1, (max(start.y, end.y) + outer) >> 8)
    guard left <= right, top <= bottom else { return }
    let dx = end.x - start.x
    let dy = end.y - start.y
    let lengthSquare = dx * dx + dy * dy

    var y = top
    while y <= bottom {
      let py = y * 256 + 128 - start.y
      var x = left
      while x <= right {
        let px = x * 256 + 128 - start.x
        let along = px * dx + py * dy
        var distanceSquare: Int
        if along <= 0 {
          distanceSquare = px * px + py * py
        } else if along >= lengthSquare {
          distanceSquare = (px - dx) * (px - dx) + (py - dy) * (py - dy)
        } else {
          let cross = px * dy - py * dx
          distanceSquare = cross * cross / lengthSquare
        }
        if distanceSquare < outerSquare {
          if distanceSquare < innerSquare { distanceSquare = innerSquare }
          let value = (outerSquare - distanceSquare) * ink / span
          let position = y * side + x
          if value > coverage[position] { coverage[position] = value }
        }
        x += 1
      }
      y += 1
    }
  }
}

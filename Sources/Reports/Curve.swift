/// A quantity over the steps of a run.
public struct Curve: Hashable, Sendable {
  /// One value of the quantity.
  public struct Point: Hashable, Sendable {
    /// Steps done so far.
    public var step: Double
    /// The quantity at that step.
    public var value: Double

    /// `value` after step `step`.
    public init(step: Double, value: Double) {
      self.step = step
      self.value = value
    }
  }

  /// Name that stands beside the line, such as "training".
  public var name: String
  /// The values; those that are not finite are left out of a drawing and counted.
  public var points: [Point]

  /// A curve through `points`.
  public init(name: String, points: [Point]) {
    self.name = name
    self.points = points
  }

  /// A stretch of steps drawn as one point.
  struct Bucket: Hashable {
    var step: Double
    var mean: Double
    var least: Double
    var greatest: Double
  }

  /// The points with finite steps and values, in order of their steps.
  var finitePoints: [Point] {
    points.filter { $0.step.isFinite && $0.value.isFinite && abs($0.value) < 1e300 }
      .sorted { $0.step < $1.step }
  }

  /// At most `limit` buckets of equal numbers of points, each with its mean and its extremes.
  func buckets(limit: Int) -> [Bucket] {
    let points = finitePoints
    let count = min(max(1, limit), points.count)
    return (0..<count).map { bucket in
      let first = bucket * points.count / count
      let last = (bucket + 1) * points.count / count
      let part = points[first..<last]
      let size = Double(part.count)
      let values = part.map(\.value)
      return Bucket(
        step: part.reduce(0) { $0 + $1.step / size },
        mean: values.reduce(0) { $0 + $1 / size },
        least: values.min() ?? 0, greatest: values.max() ?? 0)
    }
  }
}

public import AssaySpecification

extension Dataset {
  /// A scale that brings bytes to mean 0 and deviation 1, to four decimals; float32 examples
  /// and tokens are taken as they are.
  ///
  /// The result is written into a spec, so how it was found need not be reproducible; it is, being
  /// computed from whole-number sums.
  public var standardScale: DataDescription.Scale {
    if case .nextToken = targets { return DataDescription.Scale() }
    guard elementType == .uint8 else { return DataDescription.Scale() }
    var counts = [Int](repeating: 0, count: 256)
    for byte in contents { counts[Int(byte)] += 1 }
    let count = Double(contents.count)
    let mean = counts.indices.reduce(0.0) { $0 + Double($1) * Double(counts[$1]) } / count / 255
    let variance =
      counts.indices.reduce(0.0) { sum, value in
        let distance = Double(value) / 255 - mean
        return sum + distance * distance * Double(counts[value])
      } / count
    func rounded(_ value: Double) -> Float { Float((value * 10_000).rounded() / 10_000) }
    return DataDescription.Scale(
      divisor: 255, mean: rounded(mean), deviation: max(rounded(variance.squareRoot()), 0.0001))
  }
}

import AssaySpecification
import AssayTestSupport

extension ConvolutionGeometry {
  /// A small geometry of any kind.
  static func drawn(seed: UInt64) -> ConvolutionGeometry? {
    var generator = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(generator.next() % UInt64(range.count))
    }
    let groups = draw(1...4) == 1 ? draw(2...3) : 1
    let (kernelHeight, kernelWidth) = (draw(1...5), draw(1...5))
    return ConvolutionGeometry(
      batch: draw(1...4), inputChannels: groups * draw(1...9), height: kernelHeight + draw(0...12),
      width: kernelWidth + draw(0...30), outputChannels: groups * draw(1...20),
      kernelHeight: kernelHeight, kernelWidth: kernelWidth, stride: draw(1...3),
      padding: draw(0...min(kernelHeight, kernelWidth) - 1), groups: groups)
  }
}

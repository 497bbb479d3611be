internal import AssaySpecification
internal import AssayTensors
internal import Harness

/// The convolutions of LeNet at a batch of 64 and of ResNet-20 at 128: forward, and the gradients
/// of the input and of the weight. The table has them beside PyTorch's.
enum ConvolutionSuite {
  struct Layer {
    var name: String
    var geometry: ConvolutionGeometry

    init(
      _ name: String, batch: Int, inputs: Int, size: Int, outputs: Int, kernel: Int,
      stride: Int = 1, padding: Int
    ) {
      self.name = name
      guard
        let geometry = ConvolutionGeometry(
          batch: batch, inputChannels: inputs, height: size, width: size, outputChannels: outputs,
          kernelHeight: kernel, kernelWidth: kernel, stride: stride, padding: padding, groups: 1)
      else { preconditionFailure("the benchmark's own layer is refused: \(name)") }
      self.geometry = geometry
    }

    var gigaflops: Double { 2e-9 * Double(geometry.outputCount) * Double(geometry.windowCount) }
  }

  static let layers = [
    Layer("1×28×28, 6 of 5×5", batch: 64, inputs: 1, size: 28, outputs: 6, kernel: 5, padding: 2),
    Layer(
      "6×14×14, 16 of 5×5", batch: 64, inputs: 6, size: 14, outputs: 16, kernel: 5, padding: 0),
    Layer(
      "3×32×32, 16 of 3×3", batch: 128, inputs: 3, size: 32, outputs: 16, kernel: 3, padding: 1),
    Layer(
      "16×32×32, 16 of 3×3", batch: 128, inputs: 16, size: 32, outputs: 16, kernel: 3, padding: 1),
    Layer(
      "16×32×32, 32 of 3×3 by 2", batch: 128, inputs: 16, size: 32, outputs: 32, kernel: 3,
      stride: 2, padding: 1),
    Layer(
      "32×16×16, 32 of 3×3", batch: 128, inputs: 32, size: 16, outputs: 32, kernel: 3, padding: 1),
    Layer(
      "32×16×16, 64 of 3×3 by 2", batch: 128, inputs: 32, size: 16, outputs: 64, kernel: 3,
      stride: 2, padding: 1),
    Layer("64×8×8, 64 of 3×3", batch: 128, inputs: 64, size: 8, outputs: 64, kernel: 3, padding: 1),
    Layer(
      "16×32×32, 32 of 1×1 by 2", batch: 128, inputs: 16, size: 32, outputs: 32, kernel: 1,
      stride: 2, padding: 0),
  ]

  static func make() -> [Suite] {
    [1, 2].map { threads in
      var suite = Suite(
        "convolution", unit: "GFLOP/s", parameters: [("threads", "\(threads)")])
      for layer in layers { add(layer, threads, to: &suite) }
      return suite
    }
  }

  private static func add(_ layer: Layer, _ threads: Int, to suite: inout Suite) {
    let (first, second, out) = (BufferID(index: 0), BufferID(index: 1), BufferID(index: 2))
    let geometry = layer.geometry
    let (x, y, weight) = (geometry.inputCount, geometry.outputCount, geometry.weightCount)
    let cases: [(String, ConvolutionInstruction, [Int])] = [
      ("forward", .forward(x: first, weight: second, out: out), [x, weight, y]),
      (
        "input gradient", .inputGradient(outputGradient: first, weight: second, out: out),
        [y, weight, x]
      ),
      (
        "weight gradient", .weightGradient(outputGradient: first, x: second, out: out),
        [y, x, weight]
      ),
    ]
    for (name, instruction, sizes) in cases {
      let repetitions = max(1, Int(0.5 / layer.gigaflops))
      let run = KernelRun(
        .convolution(instruction, geometry), sizes: sizes, repetitions: repetitions, path: .best,
        threads: threads)
      suite.add("\(layer.name), \(name)", work: layer.gigaflops * Double(repetitions)) { run() }
    }
  }
}

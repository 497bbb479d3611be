internal import AssaySpecification
internal import AssayTensors
internal import CBaselines
internal import Harness

/// The exact-order matrix product as a share of the processor's peak (the first case). The table
/// has it beside other libraries.
enum MatmulSuite {
  struct Product: Hashable {
    var m, n, k: Int
    var transposeA = false
    var transposeB = false

    var gigaflops: Double { 2e-9 * Double(m) * Double(n) * Double(k) }
    var repetitions: Int { max(1, Int(0.5 / gigaflops)) }
    var name: String {
      "\(m)×\(n)×\(k) \(transposeA ? "T" : "N")\(transposeB ? "T" : "N")"
    }

    func run(_ path: CPUBackend.Path, threads: Int) -> KernelRun {
      let (a, b, out) = (BufferID(index: 0), BufferID(index: 1), BufferID(index: 2))
      return KernelRun(
        .matmul(
          a: a, b: b, out: out, m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB),
        sizes: [m * k, k * n, m * n], repetitions: repetitions, path: path, threads: threads)
    }

    /// The same product of int8, with exact sums.
    func runIntegers(_ path: CPUBackend.Path, threads: Int) -> KernelRun {
      let (a, b, out) = (BufferID(index: 0), BufferID(index: 1), BufferID(index: 2))
      return KernelRun(
        .integer(
          .matmul(
            a: a, b: b, out: out, m: m, n: n, k: k, transposeA: transposeA,
            transposeB: transposeB)),
        sizes: [m * k, k * n, m * n], labels: [2], bytes: [0, 1], repetitions: 4 * repetitions,
        path: path, threads: threads)
    }
  }

  static let squares = [32, 64, 96, 128, 256, 512, 1024, 2048].map { Product(m: $0, n: $0, k: $0) }

  /// The products of a training step: 784-1024-1024-10 with a batch of 128, 784-128-10 with 64.
  static let layers: [Product] = [(128, [784, 1024, 1024, 10]), (64, [784, 128, 10])].flatMap {
    batch, widths in
    zip(widths, widths.dropFirst()).enumerated().flatMap { layer, pair in
      let (inputs, outputs) = pair
      return [
        Product(m: batch, n: outputs, k: inputs, transposeB: true),
        Product(m: outputs, n: inputs, k: batch, transposeA: true),
      ] + (layer == 0 ? [] : [Product(m: batch, n: inputs, k: outputs)])
    }
  }

  static func make() -> [Suite] {
    let paths = CPUBackend.availablePaths.filter { $0 == .avx512 || $0 == .avx2 }
    let suites = paths.map { path in
      suite(path, peak: path == .avx512 ? ASSAY_PEAK_AVX512 : ASSAY_PEAK_AVX2)
    }
    return suites + squares.suffix(2).map(threads) + [threads(layers[3])]
  }

  private static func suite(_ path: CPUBackend.Path, peak: Int) -> Suite {
    var suite = Suite(
      "matmul \(path.rawValue)", unit: "GFLOP/s", parameters: [("threads", "1")])
    let width = Int32(peak)
    let rounds: Int64 = 4_000_000
    let operations = Double(assay_peak_run(width, rounds))
    suite.add("peak of independent fmas", work: operations / 1e9) {
      _ = assay_peak_run(width, rounds)
    }
    for product in squares + layers {
      let run = product.run(path, threads: 1)
      suite.add(product.name, work: product.gigaflops * Double(run.repetitions)) { run() }
    }
    return suite
  }

  /// One product on one and on two threads.
  private static func threads(_ product: Product) -> Suite {
    var suite = Suite("matmul \(product.name)", unit: "GFLOP/s", parameters: [])
    for threads in [1, 2] {
      let run = product.run(.best, threads: threads)
      suite.add("\(threads) threads", work: product.gigaflops * Double(run.repetitions)) { run() }
    }
    return suite
  }

  /// Products of int8 beside those of float32, the baseline.
  static func makeIntegers() -> [Suite] {
    (squares.suffix(5) + layers).map { product in
      var suite = Suite(
        "int8 \(product.name)", unit: "Gop/s",
        parameters: [("threads", "1"), ("path", CPUBackend.availablePaths[0].rawValue)])
      let run = product.run(.best, threads: 1)
      suite.add("float32", work: product.gigaflops * Double(run.repetitions)) { run() }
      let integers = product.runIntegers(.best, threads: 1)
      suite.add("int8", work: product.gigaflops * Double(integers.repetitions)) { integers() }
      return suite
    }
  }
}

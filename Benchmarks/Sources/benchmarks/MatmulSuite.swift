internal import AssaySpecification
internal import AssayTensors
internal import CBaselines
internal import Foundation
internal import Harness

/// The exact-order matrix product as a share of the processor's peak (the first case), beside
/// OpenBLAS, whose result depends on its version, its kernels and the number of threads.
enum MatmulSuite {
  struct Product {
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
    let openBLAS = openBLASName()
    var suites: [Suite] = []
    for path in CPUBackend.availablePaths where path != .portable && path != .reference {
      suites.append(
        suite(
          path, peak: path == .avx512 ? ASSAY_PEAK_AVX512 : ASSAY_PEAK_AVX2,
          openBLAS: path == CPUBackend.availablePaths.first ? openBLAS : nil))
    }
    return suites + squares.suffix(2).map(threads) + [threads(layers[3])]
  }

  private static func openBLASName() -> String? {
    // SAFETY: the name is a constant of the library, which is never unloaded.
    guard let name = unsafe assay_openblas_load().map({ unsafe String(cString: $0) }) else {
      let message = "no libopenblas.so.0: its cases are left out (Debian: libopenblas0-pthread)\n"
      FileHandle.standardError.write(Data(message.utf8))
      return nil
    }
    return name
  }

  private static func suite(_ path: CPUBackend.Path, peak: Int, openBLAS: String?) -> Suite {
    var suite = Suite(
      "matmul \(path.rawValue)", unit: "GFLOP/s",
      parameters: [("threads", "1")] + (openBLAS.map { [("OpenBLAS", $0)] } ?? []))
    let width = Int32(peak)
    let rounds: Int64 = 4_000_000
    let operations = Double(assay_peak_run(width, rounds))
    suite.add("peak of independent fmas", work: operations / 1e9) {
      _ = assay_peak_run(width, rounds)
    }
    for product in squares + layers {
      let run = product.run(path, threads: 1)
      let work = product.gigaflops * Double(run.repetitions)
      suite.add("\(product.name)  Assay   ", work: work) { run() }
      if openBLAS != nil {
        suite.add("\(product.name)  OpenBLAS", work: work, openBLASRun(product))
      }
    }
    return suite
  }

  private static func openBLASRun(_ product: Product) -> () -> Void {
    let (m, n, k) = (Int32(product.m), Int32(product.n), Int32(product.k))
    let a = KernelRun.contents(product.m * product.k)
    let b = KernelRun.contents(product.k * product.n)
    var c = [Float](repeating: 0, count: product.m * product.n)
    return {
      for _ in 0..<product.repetitions {
        // SAFETY: the arrays have the sizes of the product's operands and result.
        unsafe assay_openblas_matmul(
          product.transposeA ? 1 : 0, product.transposeB ? 1 : 0, m, n, k, a, b, &c)
      }
    }
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
}

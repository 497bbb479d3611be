internal import AssayWire
internal import CBaselines
internal import Foundation
internal import Harness

/// OpenBLAS as a peer: answers requests for matrix products on standard input, as
/// `pytorch/peer.py` does.
enum OpenBLASPeer {
  static func run() {
    // SAFETY: the name is a constant of the library, which is never unloaded.
    guard let core = unsafe assay_openblas_load().map({ unsafe String(cString: $0) }) else {
      FileHandle.standardError.write(Data("no libopenblas.so.0 (Debian: libopenblas0)\n".utf8))
      exit(1)
    }
    while let line = readLine() {
      let results = (try? answer(line, core)) ?? []
      let reply = JSONValue.object(["results": .array(results)])
      FileHandle.standardOutput.write(Data(reply.serialized() + [UInt8(ascii: "\n")]))
    }
  }

  private static func answer(_ line: String, _ core: String) throws -> [JSONValue] {
    var request = try JSONFields(try JSONValue.parse(Array(line.utf8)))
    guard try request.string("kind") == "matmul" else { return [] }
    let product = MatmulSuite.Product(
      m: try request.integer("m", in: 1...1 << 20), n: try request.integer("n", in: 1...1 << 20),
      k: try request.integer("k", in: 1...1 << 20), transposeA: try request.bool("transposeA"),
      transposeB: try request.bool("transposeB"))
    let threads = try request.integer("threads", in: 1...1024)
    assay_openblas_threads(Int32(threads))
    let seconds = secondsPerCall(
      budget: try request.double("budget"), body(product))
    return [
      .object([
        "name": .string("OpenBLAS"),
        "setting": .string("\(core), \(threads) thread\(threads == 1 ? "" : "s")"),
        "seconds": .double(seconds),
      ])
    ]
  }

  private static func body(_ product: MatmulSuite.Product) -> () -> Void {
    let (m, n, k) = (Int32(product.m), Int32(product.n), Int32(product.k))
    let a = KernelRun.contents(product.m * product.k)
    let b = KernelRun.contents(product.k * product.n)
    var c = [Float](repeating: 0, count: product.m * product.n)
    return {
      // SAFETY: the arrays have the sizes of the product's operands and result.
      unsafe assay_openblas_matmul(
        product.transposeA ? 1 : 0, product.transposeB ? 1 : 0, m, n, k, a, b, &c)
    }
  }
}

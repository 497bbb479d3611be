import AssayCryptography
import AssayMerkle
import Foundation

/// The few kernels that the fake drivers have, in Swift, on the process's own memory: `selftest`,
/// `add` and those that hash.
// SAFETY: the drivers hand over memory as large as the launches say.
@safe struct FakeKernels {
  /// Where the device's memory begins.
  let memory: UnsafeMutableRawPointer
  /// The arguments behind the memory, as 64 bits each.
  let arguments: [Int]
  /// Whether sums come out wrong.
  var addsWrongly = false

  func run(_ name: String, items: Int) {
    switch name {
    case "chunk_leaves": hashLeaves()
    case "tree_level": hashLevel()
    default: compute(isTest: name == "selftest", items)
    }
  }

  /// Reads 32 bytes that are words of numbers, or writes them.
  private func digest(at offset: Int) -> [UInt8] {
    (0..<32).map {
      unsafe memory.load(fromByteOffset: offset + $0 / 4 * 4 + 3 - $0 % 4, as: UInt8.self)
    }
  }

  private func write(_ digest: Digest, at offset: Int) {
    for (place, byte) in digest.bytes.enumerated() {
      unsafe memory.storeBytes(
        of: byte, toByteOffset: offset + place / 4 * 4 + 3 - place % 4, as: UInt8.self)
    }
  }

  private func hashLeaves() {
    let contents = unsafe [UInt8](
      UnsafeRawBufferPointer(start: memory + arguments[0], count: arguments[1]))
    let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: memory + arguments[2], count: 32))
    guard let descriptor = try? Digest(bytes: bytes) else { return }
    let leaves = ChunkTree.leafHashes(of: unsafe contents.span.bytes, descriptor: descriptor)
    for (index, leaf) in leaves.enumerated() { write(leaf, at: arguments[3] + 32 * index) }
  }

  private func hashLevel() {
    let count = arguments[2]
    let nodes = (0..<count).map { digest(at: arguments[0] + 32 * $0) }
    for index in stride(from: 0, to: count, by: 2) {
      let both = index + 1 < count ? SHA256.digest(of: [1] + nodes[index] + nodes[index + 1]) : nil
      guard let node = try? both ?? Digest(bytes: nodes[index]) else { return }
      write(node, at: arguments[1] + 16 * index)
    }
  }

  /// Runs a kernel on floats whose places come first among its arguments, and their count last.
  private func compute(isTest: Bool, _ items: Int) {
    func floats(_ place: Int) -> UnsafeMutablePointer<Float> {
      unsafe (memory + arguments[place]).assumingMemoryBound(to: Float.self)
    }
    let (x, y, z, out) = unsafe (floats(0), floats(1), floats(2), floats(isTest ? 3 : 2))
    for i in 0..<min(items, arguments[isTest ? 4 : 3]) {
      let right = unsafe x[i] + y[i], sum = addsWrongly && i == 5000 ? right + 1 : right
      guard isTest else {
        unsafe out[i] = sum
        continue
      }
      let (a, b, c) = unsafe (x[i], y[i], z[i]), product = a * b
      let results = [
        sum, a - b, product, a / b, a.squareRoot(), c.addingProduct(a, b), product + c,
        Float(Int32(bitPattern: a.bitPattern) >> 3),
      ]
      for (place, value) in results.enumerated() {
        unsafe out[8 * i + place] = value.isNaN ? Float(bitPattern: 0x7fc0_0000) : value
      }
    }
  }
}

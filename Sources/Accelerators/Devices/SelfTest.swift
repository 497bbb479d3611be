internal import AssayCryptography
internal import AssayMerkle
internal import AssayTensors

/// Checks the arithmetic of a device on numbers whose results integer arithmetic gives, subnormals,
/// infinities, NaN and hard cases of rounding among them, and its hashing, before anything that it
/// computes counts.
enum SelfTest {
  /// - Throws: `.device` naming the first operation that gives other bits than IEEE 754 wants, or
  ///   hashing that gives another root than the definition.
  static func run(on device: any Device) throws(BackendError) {
    try testArithmetic(of: device)
    try testHashing(of: device)
  }

  /// Trees of one chunk, of several, and of lengths around the ends of SHA-256's blocks.
  private static func testHashing(of device: any Device) throws(BackendError) {
    let descriptor = SHA256.digest(of: Array("descriptor".utf8))
    for byteCount in [0, 4, 52, 56, 60, 64, 4092, 4096, 4152, 12_288, 45_000] {
      let contents = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
      let header = LaunchPlan.controlByteCount, first = header + 64
      let room = (first + byteCount + 63) / 64 * 64
      let queue = try device.makeQueue(
        byteCount: room + ChunkTreePlan.roomByteCount(for: byteCount))
      // SAFETY: here and below: bytes have no padding.
      try queue.write(unsafe descriptor.bytes.span.bytes, at: header)
      // SAFETY: as above.
      try queue.write(unsafe contents.span.bytes, at: first)
      let plan = ChunkTreePlan(
        contents: first, byteCount: byteCount, descriptor: header, root: header + 32, room: room)
      try queue.run(try queue.prepare(plan.launches))
      let found = ChunkTreePlan.digest(try queue.read(32, at: header + 32)[...])
      let expected = PortableLeafHasher().contentsRoot(
        // SAFETY: as above.
        of: unsafe contents.span.bytes, descriptor: descriptor)
      guard found == expected else {
        throw .device(
          name: device.description.label,
          reason: "it hashes \(byteCount) bytes to another root than SHA-256 wants. It cannot be "
            + "used.")
      }
    }
  }

  private static func testArithmetic(of device: any Device) throws(BackendError) {
    let cases = operands
    let count = cases.count, header = LaunchPlan.controlByteCount
    let queue = try device.makeQueue(byteCount: header + 44 * count)
    let places = (0...3).map { header + 4 * count * $0 }
    for (place, column) in zip(places, [cases.map(\.x), cases.map(\.y), cases.map(\.z)]) {
      // SAFETY: floats have no padding.
      try queue.write(unsafe column.span.bytes, at: place)
    }
    let launches = try queue.prepare([
      Launch(
        kernel: "selftest", groups: [(count + 255) / 256, 1, 1], items: 256,
        arguments: places.map { .long($0) } + [.long(count)])
    ])
    try queue.run(launches)
    let found = try queue.read(32 * count, at: places[3])
    for (index, operands) in cases.enumerated() {
      for (operation, expected) in expected(operands).enumerated() {
        let at = 4 * (8 * index + operation)
        let bits = (0..<4).reduce(0 as UInt32) { $0 | UInt32(found[at + $1]) << UInt32(8 * $1) }
        let wanted = expected.bitPattern
        guard bits == wanted else {
          throw .device(
            name: device.description.label,
            reason: "it does not compute as IEEE 754 wants: \(names[operation]) of "
              + "\(operands) has the bits \(String(bits, radix: 16)), expected "
              + "\(String(wanted, radix: 16)). It cannot be used.")
        }
      }
    }
  }

  private static let names = [
    "x + y", "x - y", "x * y", "x / y", "the square root of x", "fma(x, y, z)", "x * y + z",
    "the float of bits",
  ]

  private static func expected(_ v: (x: Float, y: Float, z: Float)) -> [Float] {
    let product = SoftwareFloat.product(v.x, v.y)
    return [
      SoftwareFloat.sum(v.x, v.y), SoftwareFloat.difference(v.x, v.y), product,
      SoftwareFloat.quotient(v.x, v.y), SoftwareFloat.root(v.x),
      SoftwareFloat.fma(v.x, v.y, v.z), SoftwareFloat.sum(product, v.z),
      SoftwareFloat.nearest(Int64(Int32(bitPattern: v.x.bitPattern) >> 3)),
    ]
  }

  /// Special values with one another, and numbers of all sizes from a generator.
  static let operands: [(x: Float, y: Float, z: Float)] = {
    let special: [Float] =
      [
        0x0000_0000, 0x8000_0000, 0x0000_0001, 0x8000_0001, 0x0012_3456, 0x007f_ffff, 0x0080_0000,
        0x8080_0001, 0x3f7f_ffff, 0x3f80_0000, 0x3f80_0001, 0xbf80_0000, 0x4049_0fdb, 0x4b80_0001,
        0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc1_2345,
      ].map { Float(bitPattern: $0) }
    var all: [(x: Float, y: Float, z: Float)] = []
    for (index, x) in special.enumerated() {
      for (other, y) in special.enumerated() {
        all.append((x, y, special[(index + 3 * other + 1) % special.count]))
      }
    }
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    func next() -> UInt32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32(truncatingIfNeeded: state >> 32)
    }
    for _ in 0..<4096 {
      all.append((Float(bitPattern: next()), Float(bitPattern: next()), Float(bitPattern: next())))
      // Of like size, so that sums cancel and quotients and fused products lie near halves.
      let near = (0..<3).map { _ in Float(bitPattern: 0x3f00_0000 | next() & 0x81ff_ffff) }
      all.append((near[0], near[1], -near[0] * near[1]))
      // Results around the smallest numbers.
      all.append((near[0] * 0x1p-70, near[1] * 0x1p-70, near[2] * 0x1p-140))
    }
    return all
  }()
}

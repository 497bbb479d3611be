public import AssayCryptography
internal import AssayMerkle
public import AssaySpecification

/// The whole state of a run after a step, in memory.
public struct ModelState: Hashable, Sendable {
  /// Updates made so far.
  public let step: UInt64
  public let layout: StateLayout
  /// Per tensor of the layout, its elements in little-endian bytes.
  public let contents: [[UInt8]]

  /// Puts a state together; `contents` must hold each tensor's exact number of bytes.
  public init(step: UInt64, layout: StateLayout, contents: [[UInt8]]) {
    precondition(
      contents.count == layout.tensors.count
        && zip(contents, layout.tensors).allSatisfy { $0.count == $1.byteCount })
    self.step = step
    self.layout = layout
    self.contents = contents
  }

  /// The state that a spec starts from.
  ///
  /// - Parameter weights: the file that the spec names, if it names one.
  /// - Throws: `TrainingError.weights` when it is not that file, or does not hold what the spec
  ///   takes from it.
  public static func initial(
    _ spec: Spec, weights: WeightsFile? = nil
  ) throws(TrainingError) -> ModelState {
    try spec.check(weights)
    let layout = spec.stateLayout
    var contents: [[UInt8]] = []
    for tensor in layout.tensors {
      contents.append(try spec.initialContents(of: tensor.name, weights))
    }
    return ModelState(step: 0, layout: layout, contents: contents)
  }

  /// The hashes of the state.
  public func commitment(_ hasher: any StateHasher) -> StateCommitment {
    let roots = hasher.roots(
      from: contentsRoots(hasher), step: step, layout: layout, contents: contents)
    return StateCommitment(step: step, layout: layout, contentsRoots: roots)
  }

  /// The root over each tensor's contents, whether they are to be hidden or not.
  public func contentsRoots(_ hasher: any StateHasher) -> [Digest] {
    zip(layout.tensors, contents).map { tensor, bytes in
      // SAFETY: bytes have no padding.
      hasher.contentsRoot(of: unsafe bytes.span.bytes, descriptor: tensor.digest)
    }
  }

  /// The state with one tensor's bytes replaced.
  public func replacing(tensor index: Int, with bytes: [UInt8]) -> ModelState {
    var contents = contents
    contents[index] = bytes
    return ModelState(step: step, layout: layout, contents: contents)
  }

  /// The elements of float32 tensor `index`.
  public func floats(ofTensor index: Int) -> [Float] {
    // SAFETY: four bytes at 4·place lie within the array, and any bits are a float.
    unsafe contents[index].withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { place in
        Float(
          bitPattern: unsafe UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)))
      }
    }
  }

  /// The elements of int32 or int64 tensor `index`.
  public func integers(ofTensor index: Int) -> [Int64] {
    Self.integers(contents[index], as: layout.tensors[index].elementType)
  }

  /// The whole numbers of little-endian int32 or int64 elements.
  public static func integers(_ bytes: [UInt8], as type: ElementType) -> [Int64] {
    let size = type.byteCount
    return (0..<bytes.count / size).map { place in
      let bits = (0..<size).reduce(0 as UInt64) { bits, byte in
        bits | UInt64(bytes[place * size + byte]) << UInt64(8 * byte)
      }
      let unused = UInt64(64 - 8 * size)
      return Int64(bitPattern: bits << unused) >> Int64(unused)
    }
  }

  /// The little-endian bytes of whole numbers, as int32 or int64; what the type does not hold loses
  /// its upper bits.
  public static func littleEndianBytes(_ values: [Int64], as type: ElementType) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * type.byteCount)
    for value in values {
      for byte in 0..<type.byteCount {
        bytes.append(UInt8(truncatingIfNeeded: value >> Int64(8 * byte)))
      }
    }
    return bytes
  }

  /// The little-endian bytes of `values`.
  public static func littleEndianBytes(_ values: [Float]) -> [UInt8] {
    // SAFETY: the buffer holds four bytes per value, and all of them are written.
    unsafe [UInt8](unsafeUninitializedCapacity: values.count * 4) { buffer, count in
      for (place, value) in values.enumerated() {
        unsafe UnsafeMutableRawBufferPointer(buffer).storeBytes(
          of: value.bitPattern.littleEndian, toByteOffset: 4 * place, as: UInt32.self)
      }
      count = values.count * 4
    }
  }
}

public import AssayCryptography
public import AssaySpecification
internal import AssayWire

/// A safetensors file that somebody else may have written: tensors that a spec starts from.
///
/// Any order of tensors and any metadata are read, as PyTorch, Hugging Face and this package write
/// them. The file's digest is what a spec names, so a verifier needs to believe nobody about it.
public struct WeightsFile: Sendable {
  /// A tensor as the header describes it.
  public struct Tensor: Hashable, Sendable {
    /// The element type as the file names it, such as "F32".
    public let elementType: String
    public let dimensions: [Int]
    /// Where the elements stand in the file.
    let range: Range<Int>

    /// Whether its elements can be read: see `floats(of:shape:)`.
    public var isReadable: Bool { byteCounts[elementType] != nil }
  }

  /// The exact bytes.
  public let bytes: [UInt8]
  /// SHA-256 of the bytes.
  public let digest: Digest
  /// The tensors by name.
  public let tensors: [String: Tensor]

  /// The most bytes that a file may have.
  public static let byteCountLimit = 1 << 36
  /// The most bytes that a header may have, as the format has it.
  static let headerLimit = 100_000_000

  /// Reads the bytes of a file; its elements are read when they are asked for.
  ///
  /// - Throws: `TrainingError.weights` when it is no safetensors file.
  public init(_ bytes: [UInt8]) throws(TrainingError) {
    do throws(WireError) {
      var reader = WireReader(bytes)
      let headerCount = try reader.readUInt64()
      guard headerCount <= UInt64(min(Self.headerLimit, bytes.count - 8)) else {
        throw .tooLong(limit: bytes.count - 8, found: Int(clamping: headerCount))
      }
      let start = 8 + Int(headerCount)
      let header = try JSONValue.parse(
        Array(bytes[8..<start]), maximumByteCount: Self.headerLimit)
      guard case .object(let members) = header else {
        throw .field(path: "", reason: "the header is no object")
      }
      var tensors: [String: Tensor] = [:]
      for member in members where member.name != "__metadata__" {
        tensors[member.name] = try Tensor(member.value, contents: start..<bytes.count)
      }
      self.tensors = tensors
    } catch {
      throw .weights(reason: "this is no safetensors file: \(error)")
    }
    self.bytes = bytes
    digest = SHA256.digest(of: bytes)
  }

  /// The elements of a tensor as float32: F32 as they are, BF16 and F16 widened, which is exact.
  ///
  /// - Throws: `TrainingError.weights` when there is no such tensor, its shape or element type is
  ///   another, or an element is infinite or not a number.
  public func floats(of name: String, shape: Shape) throws(TrainingError) -> [Float] {
    guard let tensor = tensors[name] else {
      throw .weights(reason: "the file has no tensor \"\(name)\"; it has \(tensors.count) others")
    }
    guard tensor.dimensions == shape.dimensions else {
      throw .weights(
        reason: "\"\(name)\" has the shape \(tensor.dimensions) in the file, the spec expects "
          + "\(shape.dimensions)")
    }
    guard tensor.isReadable else {
      throw .weights(
        reason: "\"\(name)\" has elements of type \(tensor.elementType); expected F32, BF16 or F16")
    }
    let values = elements(tensor)
    guard values.allSatisfy(\.isFinite) else {
      throw .weights(reason: "\"\(name)\" has an element that is infinite or not a number")
    }
    return values
  }

  private func elements(_ tensor: Tensor) -> [Float] {
    let count = tensor.range.count / (tensor.elementType == "F32" ? 4 : 2)
    let type = tensor.elementType
    // SAFETY: each element lies in the range, which lies in the file, and any bits are a number.
    return unsafe bytes.withUnsafeBytes { file in
      (0..<count).map { index in
        if type == "F32" {
          let bits = unsafe file.loadUnaligned(
            fromByteOffset: tensor.range.lowerBound + 4 * index, as: UInt32.self)
          return Float(bitPattern: UInt32(littleEndian: bits))
        }
        let half = unsafe file.loadUnaligned(
          fromByteOffset: tensor.range.lowerBound + 2 * index, as: UInt16.self)
        let bits = UInt16(littleEndian: half)
        return type == "BF16"
          ? Float(bitPattern: UInt32(bits) << 16) : Float(Float16(bitPattern: bits))
      }
    }
  }
}

/// Bytes of an element of the types that can be read.
private let byteCounts = ["F32": 4, "BF16": 2, "F16": 2]

extension WeightsFile.Tensor {
  /// Reads an entry of a header, whose offsets are relative to `contents`.
  fileprivate init(_ value: JSONValue, contents: Range<Int>) throws(WireError) {
    var fields = try JSONFields(value, path: "tensor")
    elementType = try fields.string("dtype")
    dimensions = try Self.counts(try fields.array("shape"))
    let offsets = try Self.counts(try fields.array("data_offsets"))
    try fields.finish()
    guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= contents.count else {
      throw .field(
        path: "data_offsets", reason: "\(offsets) does not lie in \(contents.count) bytes")
    }
    range = contents.lowerBound + offsets[0]..<contents.lowerBound + offsets[1]
    guard let size = byteCounts[elementType] else { return }
    var byteCount = size
    for extent in dimensions {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw .field(path: "shape", reason: "\(dimensions) is too large") }
      byteCount = product
    }
    guard byteCount == range.count else {
      throw .field(
        path: "data_offsets",
        reason: "\(offsets) are not the \(byteCount) bytes of \(elementType) \(dimensions)")
    }
  }

  private static func counts(_ values: [JSONValue]) throws(WireError) -> [Int] {
    var counts: [Int] = []
    for value in values {
      guard case .number(let text) = value, let count = Int(text), count >= 0 else {
        throw .field(path: "shape", reason: "expected whole numbers")
      }
      counts.append(count)
    }
    return counts
  }
}

extension Spec {
  /// Refuses weights that are not those the spec names, or that it does not ask for.
  func check(_ weights: WeightsFile?) throws(TrainingError) {
    guard let expected = self.weights else {
      guard weights == nil else {
        throw .weights(reason: "the spec starts from its seed alone; leave the weights file out")
      }
      return
    }
    guard let weights else {
      throw .weights(
        reason: "the spec starts from given weights, SHA-256 \(expected); name the file")
    }
    guard weights.digest == expected else {
      throw .weights(
        reason: "the file is another one: the spec names SHA-256 \(expected), found "
          + "\(weights.digest)")
    }
  }

  /// The first elements of a tensor of the model or the state, in little-endian bytes.
  func initialContents(
    of name: String, _ weights: WeightsFile?
  ) throws(TrainingError) -> [UInt8] {
    if numerics == .integer, let values = initialIntegers(of: name) {
      let tensor = stateLayout.tensors.first { $0.name == name }
      return ModelState.littleEndianBytes(values, as: tensor?.elementType ?? .int64)
    }
    return ModelState.littleEndianBytes(try initialFloats(of: name, weights))
  }

  /// The first elements of a float32 tensor of the model or the state.
  func initialFloats(of name: String, _ weights: WeightsFile?) throws(TrainingError) -> [Float] {
    let values = try initialValues(of: name) { tensor, shape throws(TrainingError) in
      guard let weights else { throw .weights(reason: "there is no file to take \(tensor) from") }
      return try weights.floats(of: tensor, shape: shape)
    }
    guard let values else {
      throw .specification(.value(path: "model", reason: "\"\(name)\" has no float32 first values"))
    }
    return values
  }
}

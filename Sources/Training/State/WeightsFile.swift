public import AssayCryptography
public import AssaySpecification
public import AssayWire

/// A safetensors file that somebody else may have written: tensors that a spec starts from.
///
/// The file's digest is what a spec names, so a verifier needs to believe nobody about it.
public struct WeightsFile: Sendable {
  /// A tensor as the header describes it.
  public typealias Tensor = SafetensorsHeader.Tensor

  /// The exact bytes.
  public let bytes: [UInt8]
  /// SHA-256 of the bytes.
  public let digest: Digest
  /// The tensors by name.
  public let tensors: [String: Tensor]

  /// The most bytes that a file may have.
  public static let byteCountLimit = 1 << 36

  /// Reads the bytes of a file; its elements are read when they are asked for.
  ///
  /// - Throws: `TrainingError.weights` when it is no safetensors file.
  public init(_ bytes: [UInt8]) throws(TrainingError) {
    do throws(WireError) {
      let header = try SafetensorsHeader(bytes, fileByteCount: bytes.count)
      for tensor in header.tensors {
        guard let size = byteCounts[tensor.elementType], !tensor.isFilled(byElementsOf: size)
        else { continue }
        throw .field(
          path: tensor.name,
          reason: "\(tensor.range.count) bytes are not \(tensor.elementType) \(tensor.dimensions)")
      }
      tensors = Dictionary(uniqueKeysWithValues: header.tensors.map { ($0.name, $0) })
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

extension SafetensorsHeader.Tensor {
  /// Whether its elements can be read: see `WeightsFile.floats(of:shape:)`.
  public var isReadable: Bool { byteCounts[elementType] != nil }
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

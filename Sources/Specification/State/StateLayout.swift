public import AssayCryptography
internal import AssayWire

/// A named tensor of a state.
public struct TensorDescription: Hashable, Sendable {
  public let name: String
  public let elementType: ElementType
  public let shape: Shape

  /// Describes a tensor.
  public init(name: String, elementType: ElementType, shape: Shape) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
  }

  /// Bytes of the tensor's contents.
  public var byteCount: Int { shape.elementCount * elementType.byteCount }

  /// What every chunk leaf of the tensor is bound to: SHA-256 over the tag "assay.tensor.v1",
  /// name, element type, shape and byte count.
  public var digest: Digest {
    SHA256.digest(domain: "assay.tensor.v1", [fieldBytes])
  }

  /// Name, element type, number of extents, extents, byte count.
  var fieldBytes: [UInt8] {
    var writer = WireWriter()
    writer.write(name)
    writer.write(elementType.rawValue)
    writer.write(UInt32(shape.dimensions.count))
    for extent in shape.dimensions { writer.write(UInt64(extent)) }
    writer.write(UInt64(byteCount))
    return writer.bytes
  }
}

/// The tensors of a state, sorted by the bytes of their names.
public struct StateLayout: Hashable, Sendable {
  public let tensors: [TensorDescription]
  /// How the state is committed to as polynomials; nil where the spec wants no proofs.
  public let polynomial: PolynomialLayout?

  /// Sorts `tensors`; names must differ.
  init(
    _ tensors: [TensorDescription],
    polynomial: ([TensorDescription]) -> PolynomialLayout? = { _ in nil }
  ) {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    self.tensors = sorted
    self.polynomial = polynomial(sorted)
  }

  /// Roots that a commitment to a state is made of: one per tensor, and one for the polynomials.
  public var rootCount: Int { tensors.count + (polynomial == nil ? 0 : 1) }

  /// Bytes of all contents together.
  public var byteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }
}

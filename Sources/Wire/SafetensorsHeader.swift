/// The header of a safetensors file: which tensors stand where in it.
///
/// Any order of tensors and any metadata are read, as PyTorch, Hugging Face and this package write
/// them. Bytes: the header's length (8), the header as JSON, the contents.
public struct SafetensorsHeader: Sendable {
  /// A tensor as the header describes it.
  public struct Tensor: Hashable, Sendable {
    /// Its name in the file.
    public let name: String
    /// The element type as the file names it, such as "F32".
    public let elementType: String
    /// Extents, outermost first.
    public let dimensions: [Int]
    /// Where the elements stand in the file.
    public let range: Range<Int>

    /// Whether the tensor's bytes are exactly its elements, `size` bytes each.
    public func isFilled(byElementsOf size: Int) -> Bool {
      var byteCount = size
      for extent in dimensions {
        let (product, overflow) = byteCount.multipliedReportingOverflow(by: extent)
        guard !overflow else { return false }
        byteCount = product
      }
      return byteCount == range.count
    }
  }

  /// The most bytes that a header may have, as the format has it.
  public static let byteCountLimit = 100_000_000

  /// The tensors in the order of the header.
  public let tensors: [Tensor]
  /// The member `__metadata__`; nil where there is none.
  public let metadata: JSONValue?

  /// Where the contents begin: behind the length and the header.
  ///
  /// - Parameter beginning: the file's first 8 bytes or more.
  /// - Throws: `truncated` or `tooLong` where the file cannot hold such a header.
  public static func contentsStart(
    _ beginning: [UInt8], fileByteCount: Int
  ) throws(WireError) -> Int {
    var reader = WireReader(beginning)
    let count = try reader.readUInt64()
    let limit = min(byteCountLimit, fileByteCount - 8)
    guard count <= UInt64(clamping: limit) else {
      throw .tooLong(limit: limit, found: Int(clamping: count))
    }
    return 8 + Int(count)
  }

  /// Reads a header.
  ///
  /// - Parameter beginning: the file's bytes, at least up to the end of the header.
  /// - Throws: `WireError` for what is no header, or names bytes beyond the file.
  public init(_ beginning: [UInt8], fileByteCount: Int) throws(WireError) {
    let start = try Self.contentsStart(beginning, fileByteCount: fileByteCount)
    guard start <= beginning.count else {
      throw .field(path: "", reason: "the header ends at byte \(start) of \(beginning.count)")
    }
    let header = try JSONValue.parse(
      Array(beginning[8..<start]), maximumByteCount: Self.byteCountLimit)
    guard case .object(let members) = header else {
      throw .field(path: "", reason: "the header is no object")
    }
    var tensors: [Tensor] = []
    var metadata: JSONValue?
    for member in members {
      if member.name == "__metadata__" {
        metadata = member.value
      } else {
        tensors.append(try Tensor(member, contents: start..<max(start, fileByteCount)))
      }
    }
    self.tensors = tensors
    self.metadata = metadata
  }
}

extension SafetensorsHeader.Tensor {
  /// Reads an entry of a header, whose offsets are relative to `contents`.
  fileprivate init(_ member: JSONMember, contents: Range<Int>) throws(WireError) {
    var fields = try JSONFields(member.value, path: member.name)
    name = member.name
    elementType = try fields.string("dtype")
    dimensions = try Self.counts("shape", &fields)
    let offsets = try Self.counts("data_offsets", &fields)
    guard dimensions.count <= 16, offsets.count == 2, offsets[0] <= offsets[1],
      offsets[1] <= contents.count
    else {
      throw fields.failure(
        "data_offsets", "\(offsets.prefix(4)) does not lie in \(contents.count) bytes")
    }
    range = contents.lowerBound + offsets[0]..<contents.lowerBound + offsets[1]
    try fields.finish()
  }

  private static func counts(
    _ key: String, _ fields: inout JSONFields
  ) throws(WireError) -> [Int] {
    var counts: [Int] = []
    for value in try fields.array(key) {
      guard case .number(let text) = value, let count = Int(text), count >= 0 else {
        throw fields.failure(key, "expected whole numbers from 0")
      }
      counts.append(count)
    }
    return counts
  }
}

internal import AssaySpecification

/// An array of numbers as a file stores it, and its conversion to examples or targets.
struct NumericArray: Sendable {
  /// How one number is stored.
  enum Scalar: Hashable, Sendable {
    case signed(byteCount: Int)
    case unsigned(byteCount: Int)
    case float32
    case float64

    var byteCount: Int {
      switch self {
      case .signed(let count), .unsigned(let count): count
      case .float32: 4
      case .float64: 8
      }
    }
  }

  /// What a file's header says: it fixes how many bytes the file must have.
  struct Layout: Hashable, Sendable {
    var scalar: Scalar
    var isBigEndian: Bool
    /// Extents, each at least 1; empty for a single number.
    var dimensions: [Int]
    /// Bytes of the header, after which the numbers begin.
    var headerByteCount: Int

    /// Bytes of the whole file.
    ///
    /// - Throws: `emptyDimension`, or `tooLarge` when the product is beyond the limit.
    func byteCount(file: String) throws(DatasetError) -> Int {
      var product = scalar.byteCount
      for dimension in dimensions {
        guard dimension >= 1 else {
          throw .emptyDimension(file: file, dimensions: dimensions)
        }
        let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
        guard !overflow, next <= FileContents.byteCountLimit else {
          throw .tooLarge(
            file: file, limit: FileContents.byteCountLimit, found: overflow ? .max : next)
        }
        product = next
      }
      return headerByteCount + product
    }
  }

  /// The file's name, for errors.
  let file: String
  let layout: Layout
  /// The numbers as the file stores them.
  private let content: [UInt8]

  /// Reads an IDX or NPY file, by what it begins with.
  init(_ file: FileContents) throws(DatasetError) {
    // The longest header that is read is NPY's (`NPYFormat.headerLimit`).
    let head = try file.prefix(NPYFormat.headerLimit)
    let layout: Layout
    if NPYFormat.matches(head) {
      layout = try NPYFormat.layout(head, file: file.name)
    } else if IDXFormat.matches(head) {
      layout = try IDXFormat.layout(head, file: file.name)
    } else {
      throw .unknownFormat(file: file.name, found: Array(head.prefix(6)))
    }
    let byteCount = try layout.byteCount(file: file.name)
    var content = try file.content(expecting: byteCount)
    content.removeFirst(layout.headerByteCount)
    self.content = content
    self.file = file.name
    self.layout = layout
  }

  /// Extent of the first dimension: how many examples the array holds.
  var count: Int { layout.dimensions.first ?? 1 }

  /// Numbers of one example.
  var numbersPerExample: Int { layout.dimensions.dropFirst().reduce(1, *) }

  /// Whether the numbers are whole by type.
  var isInteger: Bool {
    switch layout.scalar {
    case .signed, .unsigned: true
    case .float32, .float64: false
    }
  }

  /// The canonical bytes as features: uint8 as it is, all else rounded to float32.
  func features() throws(DatasetError) -> (type: ElementType, bytes: [UInt8]) {
    if layout.scalar == .unsigned(byteCount: 1) {
      return (.uint8, content)
    }
    var bytes: [UInt8] = []
    let numbers = try floats()
    bytes.reserveCapacity(4 * numbers.count)
    for number in numbers { bytes.append(float32: number) }
    return (.float32, bytes)
  }

  /// The numbers rounded to float32, all finite.
  func floats() throws(DatasetError) -> [Float] {
    let total = count * numbersPerExample
    var numbers: [Float] = []
    numbers.reserveCapacity(total)
    for index in 0..<total {
      let word = word(index)
      let number: Float =
        switch layout.scalar {
        case .signed: Float(Int64(bitPattern: word))
        case .unsigned: Float(word)
        case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: word))
        case .float64: Float(Double(bitPattern: word))
        }
      guard number.isFinite else {
        throw .notFinite(file: file, example: index / numbersPerExample)
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Number `index` as a 64-bit whole number; nil for a float, or above the range of Int64.
  func integer(_ index: Int) -> Int64? {
    switch layout.scalar {
    case .signed: Int64(bitPattern: word(index))
    case .unsigned: Int64(exactly: word(index))
    case .float32, .float64: nil
    }
  }

  /// The bits of number `index`; a signed one extended to 64 bits.
  private func word(_ index: Int) -> UInt64 {
    let width = layout.scalar.byteCount
    let start = index * width
    var word: UInt64 = 0
    for place in 0..<width {
      let byte = content[start + (layout.isBigEndian ? place : width - 1 - place)]
      word = word << 8 | UInt64(byte)
    }
    if case .signed = layout.scalar, width < 8, word >> UInt64(8 * width - 1) == 1 {
      word |= ~0 << UInt64(8 * width)
    }
    return word
  }
}

extension [UInt8] {
  /// Appends the four little-endian bytes of a float32.
  mutating func append(float32 value: Float) {
    append(uint32: value.bitPattern)
  }

  /// Appends four bytes, the least significant first.
  mutating func append(uint32 value: UInt32) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
    append(UInt8(truncatingIfNeeded: value >> 16))
    append(UInt8(truncatingIfNeeded: value >> 24))
  }
}

/// NumPy's array format, versions 1 to 3 (NEP 1; `numpy.lib.format`).
///
/// The magic bytes 93 "NUMPY", the version, the header's length (16 bits little-endian in version
/// 1, 32 bits after), then a Python dictionary `{'descr': '<f4', 'fortran_order': False,
/// 'shape': (60, 28, 28), }` padded with blanks and ended by a line feed, then the numbers.
enum NPYFormat {
  /// The longest file header that is read, a little above NumPy's own limit of 10,000 bytes.
  static let headerLimit = 16_384

  static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

  /// Whether a file begins as NPY does.
  static func matches(_ head: [UInt8]) -> Bool { head.starts(with: magic) }

  /// Reads the header at the beginning of `head`.
  static func layout(
    _ head: [UInt8], file: String
  ) throws(DatasetError) -> NumericArray.Layout {
    guard head.count >= 12 else {
      throw .truncated(file: file, expected: 12, found: head.count)
    }
    let version = head[6]
    guard (1...3).contains(version), head[7] == 0 else {
      throw .unsupported(
        file: file, found: "NPY version \(version).\(head[7])", supported: "1.0, 2.0 or 3.0")
    }
    let start = version == 1 ? 10 : 12
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(head[$1]) }
    guard start + length <= headerLimit else {
      throw .header(
        file: file,
        reason: "expected a header of at most \(headerLimit) bytes, found \(start + length)")
    }
    guard head.count >= start + length else {
      throw .truncated(file: file, expected: start + length, found: head.count)
    }
    var parser = NPYHeaderParser(text: Array(head[start..<(start + length)]))
    let fields: NPYHeaderParser.Fields
    do throws(NPYHeaderParser.Failure) {
      fields = try parser.parse()
    } catch {
      throw .header(file: file, reason: "\(error.reason) at byte \(start + error.offset)")
    }
    guard !fields.isFortranOrder else {
      throw .unsupported(
        file: file, found: "column-major order (fortran_order: True)",
        supported: "row-major order: save numpy.ascontiguousarray(a)")
    }
    return NumericArray.Layout(
      scalar: try scalar(fields.descriptor, file: file), isBigEndian: false,
      dimensions: fields.shape, headerByteCount: start + length)
  }

  private static func scalar(
    _ descriptor: String, file: String
  ) throws(DatasetError) -> NumericArray.Scalar {
    switch descriptor {
    case "|u1", "<u1": return .unsigned(byteCount: 1)
    case "|i1", "<i1": return .signed(byteCount: 1)
    case "<u2": return .unsigned(byteCount: 2)
    case "<i2": return .signed(byteCount: 2)
    case "<u4": return .unsigned(byteCount: 4)
    case "<i4": return .signed(byteCount: 4)
    case "<i8": return .signed(byteCount: 8)
    case "<f4": return .float32
    case "<f8": return .float64
    default:
      throw .unsupported(
        file: file, found: "element type '\(descriptor.prefix(16))'",
        supported: "little-endian u1, u2, u4, i1, i2, i4, i8, f4 or f8: save a.astype('<f4')")
    }
  }
}

/// Reads the dictionary in an NPY header: exactly the three keys, in any order.
struct NPYHeaderParser {
  struct Fields: Hashable {
    var descriptor: String
    var isFortranOrder: Bool
    var shape: [Int]
  }

  struct Failure: Error {
    var offset: Int
    var reason: String
  }

  private let text: [UInt8]
  private var position = 0

  init(text: [UInt8]) { self.text = text }

  mutating func parse() throws(Failure) -> Fields {
    var descriptor: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !take("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try string()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default:
        throw failure("expected 'descr', 'fortran_order' and 'shape' once each, found '\(key)'")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard position == text.count else { throw failure("expected only blanks after '}'") }
    guard let descriptor, let isFortranOrder, let shape else {
      throw failure("expected 'descr', 'fortran_order' and 'shape', one is missing")
    }
    return Fields(descriptor: descriptor, isFortranOrder: isFortranOrder, shape: shape)
  }

  private func failure(_ reason: String) -> Failure { Failure(offset: position, reason: reason) }

  private mutating func skipBlanks() {
    while position < text.count, text[position] == 0x20 || text[position] == 0x0a {
      position += 1
    }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipBlanks()
    guard position < text.count, text[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Character) throws(Failure) {
    guard take(character) else { throw failure("expected '\(character)'") }
  }

  private mutating func string() throws(Failure) -> String {
    let quote: UInt8
    if take("'") {
      quote = 0x27
    } else if take("\"") {
      quote = 0x22
    } else {
      throw failure("expected a simple element type and quoted keys")
    }
    guard let end = text[position...].firstIndex(of: quote) else {
      throw failure("expected a closing quote")
    }
    let characters = text[position..<end]
    guard characters.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != 0x5c }) else {
      throw failure("expected printable characters without a backslash")
    }
    position = end + 1
    return String(decoding: characters, as: UTF8.self)
  }

  private mutating func boolean() throws(Failure) -> Bool {
    skipBlanks()
    for (name, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: name.utf8) {
      position += name.utf8.count
      return value
    }
    throw failure("expected True or False")
  }

  private mutating func tuple() throws(Failure) -> [Int] {
    var items: [Int] = []
    try expect("(")
    while !take(")") {
      guard items.count < 8 else { throw failure("expected at most 8 dimensions") }
      items.append(try number())
      if !take(",") {
        try expect(")")
        break
      }
    }
    return items
  }

  private mutating func number() throws(Failure) -> Int {
    skipBlanks()
    let digits = text[position...].prefix { (0x30...0x39).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw failure("expected an extent, a whole number below 2^63")
    }
    position += digits.count
    return value
  }
}

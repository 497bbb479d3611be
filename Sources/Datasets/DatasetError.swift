public import AssayFiles

/// Why a data set was refused.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file is absent, is no regular file, or reading it failed.
  case unreadable(FileError)
  /// Reading on would need more than `limit` bytes.
  case tooLarge(file: String, limit: Int, found: Int)
  /// The file ends early: its header announces `expected` bytes.
  case truncated(file: String, expected: Int, found: Int)
  /// Bytes follow the `expected` ones that the header announces.
  case trailingBytes(file: String, expected: Int)
  /// The first bytes belong to no format that is read here.
  case unknownFormat(file: String, found: [UInt8])
  /// The gzip container is broken.
  case gzip(file: String, reason: String)
  /// The header breaks its format.
  case header(file: String, reason: String)
  /// The file is sound, but holds something that is not read here.
  case unsupported(file: String, found: String, supported: String)
  /// An extent is zero, so there is nothing to learn from.
  case emptyDimension(file: String, dimensions: [Int])
  /// The numbers of examples and of targets differ.
  case countMismatch(examples: Int, targets: Int)
  /// An example's label is not one of the classes.
  case labelOutOfRange(example: Int, label: String, classes: Int)
  /// An example holds NaN or an infinity.
  case notFinite(file: String, example: Int)
  /// A record of a table breaks the format; lines and columns count from 1.
  case record(file: String, line: Int, column: Int?, reason: String)
  /// A text or a vocabulary cannot be used; the offset counts bytes from 0.
  case text(file: String, offset: Int?, reason: String)
  /// A text, or a part of it, has fewer tokens than one row.
  case tooFewTokens(file: String, expected: Int, found: Int)
  /// A parameter is out of its range.
  case parameter(name: String, expected: String, found: String)
  /// The data set is sound, but not the one described.
  case mismatch(property: String, expected: String, found: String)

  public var description: String {
    switch self {
    case .unreadable(let error): "\(error)"
    case .tooLarge(let file, let limit, let found):
      "\(file): needs \(found) bytes or more, the limit is \(limit); split the data set"
    case .truncated(let file, let expected, let found):
      "\(file) is truncated: its header announces \(expected) bytes, found at most \(found); "
        + "fetch or write the file again"
    case .trailingBytes(let file, let expected):
      "\(file): more bytes follow the \(expected) that the header announces; "
        + "the header or the file is damaged, write it again"
    case .unknownFormat(let file, let found):
      "\(file): unknown format, it begins with \(Self.hex(found)); expected IDX (00 00 type rank) "
        + "or NPY (93 4e 55 4d 50 59), each possibly gzipped; name a CSV file as a table"
    case .gzip(let file, let reason):
      "\(file): broken gzip data: \(reason); fetch or write the file again"
    case .header(let file, let reason):
      "\(file): bad header: \(reason)"
    case .unsupported(let file, let found, let supported):
      "\(file): \(found) is not read; expected \(supported)"
    case .emptyDimension(let file, let dimensions):
      "\(file): the shape \(dimensions) is empty; every extent must be at least 1"
    case .countMismatch(let examples, let targets):
      "\(examples) examples but \(targets) targets; the two files do not belong together"
    case .labelOutOfRange(let example, let label, let classes):
      "example \(example): label \(label) is out of range; expected a whole number from 0 to "
        + "\(classes - 1)"
    case .notFinite(let file, let example):
      "\(file), example \(example): NaN or infinite value; remove or replace it"
    case .record(let file, let line, let column, let reason):
      "\(file), line \(line)\(column.map { ", column \($0)" } ?? ""): \(reason)"
    case .text(let file, let offset, let reason):
      "\(file)\(offset.map { ", byte \($0)" } ?? ""): \(reason)"
    case .tooFewTokens(let file, let expected, let found):
      "\(file): \(found) tokens are too few for a row of \(expected), the context and one more; "
        + "use a longer text, a shorter context, or keep less of it for testing"
    case .parameter(let name, let expected, let found):
      "\(name): expected \(expected), found \(found)"
    case .mismatch(let property, let expected, let found):
      "not the data set that is described: \(property) should be \(expected), found \(found)"
    }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "nothing (it is empty)" }
    return bytes.map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }.joined(separator: " ")
  }
}

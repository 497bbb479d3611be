public import AssayFiles

/// Why a file is not a certificate.
public enum CertificateError: Error, Hashable, Sendable {
  /// The file could not be read.
  case unreadable(FileError)
  /// The file does not start as a certificate of this version does.
  case notACertificate
  /// The table names parts that a certificate does not have, or not in their order.
  case parts(reason: String)
  /// A part is longer than any of its kind.
  case partTooLong(part: String, limit: Int, found: UInt64)
  /// The file is shorter or longer than its parts.
  case byteCount(expected: Int, found: Int)
}

extension CertificateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let error): "\(error)"
    case .notACertificate:
      "the file does not start with “assay.certificate.v1”: it is not a certificate"
    case .parts(let reason): "the certificate's table is wrong: \(reason)"
    case .partTooLong(let part, let limit, let found):
      "the certificate's \(part) has \(found) bytes; expected \(limit) at most"
    case .byteCount(let expected, let found):
      "the certificate has \(found) bytes, expected \(expected)"
    }
  }
}

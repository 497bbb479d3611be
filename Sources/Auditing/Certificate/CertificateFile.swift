internal import AssayFiles
internal import AssayWire

/// A certificate: a claim that stands by itself.
///
/// The intervals were drawn from a delay over the claim, so that nobody else had to be there;
/// answered are those, in the same file. `Audit` checks it like any answer to a challenge.
public final class CertificateFile {
  private let file: OpenFile
  private let table: CertificateTable
  private let ranges: [Range<Int>]

  /// Whether bytes start as a certificate's do.
  public static func isCertificate(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: CertificateTable.magic)
  }

  /// Opens a certificate and checks its shape; nothing is allocated from a length that it states
  /// before that is compared with the file's.
  public init(_ path: String) throws(CertificateError) {
    do throws(FileError) {
      file = try OpenFile(path, for: .reading)
    } catch { throw .unreadable(error) }
    let found = file.byteCount
    guard found >= CertificateTable.headByteCount else { throw .notACertificate }
    let head = try Self.read(file, 0..<CertificateTable.headByteCount)
    guard Self.isCertificate(head) else { throw .notACertificate }
    let count = head.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let tableEnd = CertificateTable.headByteCount + count * CertificateTable.entryByteCount
    guard (3...CertificateTable.entryLimit).contains(count), tableEnd <= found else {
      throw .parts(reason: "it names \(count) parts")
    }
    table = try CertificateTable(
      decoding: Self.read(file, CertificateTable.headByteCount..<tableEnd), count: count)
    guard table.byteCount == found else {
      throw .byteCount(expected: table.byteCount ?? .max, found: found)
    }
    ranges = table.ranges
  }

  private static func read(
    _ file: borrowing OpenFile, _ range: Range<Int>
  ) throws(CertificateError) -> [UInt8] {
    do throws(FileError) {
      return try file.read(at: range.lowerBound, count: range.count)
    } catch { throw .unreadable(error) }
  }

  private func contents(
    _ kind: CertificateTable.Kind, interval: UInt64 = 0
  ) throws(CertificateError) -> [UInt8]? {
    let place = table.entries.firstIndex { $0.kind == kind && $0.interval == interval }
    guard let place else { return nil }
    return try Self.read(file, ranges[place])
  }

  /// The spec's bytes.
  public func spec() throws(CertificateError) -> [UInt8] { try contents(.spec) ?? [] }

  /// The signed claim's bytes.
  public func claim() throws(CertificateError) -> [UInt8] { try contents(.claim) ?? [] }

  /// The challenge's bytes.
  public func challenge() throws(CertificateError) -> [UInt8] { try contents(.challenge) ?? [] }

  /// The answer to the challenge; nil where proofs stand in its place.
  public var bundle: (any BundleSource)? {
    guard let place = table.entries.firstIndex(where: { $0.kind == .bundle }) else { return nil }
    return Part(certificate: self, range: ranges[place])
  }

  /// The proof of an interval; nil where there is none.
  public func proof(_ interval: Int) throws(CertificateError) -> [UInt8]? {
    interval < 0 ? nil : try contents(.proof, interval: UInt64(interval))
  }

  /// The file of the last state where there is no bundle; nil where it has more than `limit` bytes.
  public func artefact(limit: Int) throws(CertificateError) -> [UInt8]? {
    guard let entry = table.entries.first(where: { $0.kind == .artefact }) else { return nil }
    guard entry.byteCount <= limit else {
      throw .partTooLong(part: "artefact", limit: limit, found: UInt64(entry.byteCount))
    }
    return try contents(.artefact)
  }

  /// A bundle within the file.
  private struct Part: BundleSource {
    let certificate: CertificateFile
    let range: Range<Int>

    var byteCount: Int { range.count }

    func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
      guard offset >= 0, count >= 0, offset <= range.count, count <= range.count - offset else {
        throw FileError("the bundle ends early: it has \(range.count) bytes in all.")
      }
      return try certificate.file.read(at: range.lowerBound + offset, count: count)
    }
  }
}

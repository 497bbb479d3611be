internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySpecification
internal import AssayWire

/// What a certificate holds, and where.
///
/// A certificate is one file with everything that a provider says and that checking it takes, but
/// the data. Integers are little-endian.
///
/// | bytes | what |
/// |---|---|
/// | 21 | "assay.certificate.v1" and a zero |
/// | 4 | the number of parts |
/// | 17 each | per part: its kind (1), the interval of a proof or zero (8), its bytes (8) |
/// | … | the parts, one after another |
///
/// The parts are the spec, the signed claim and the challenge, whose draw follows from a delay;
/// then a bundle that answers it; or proofs of intervals, ascending, and the artefact.
struct CertificateTable {
  enum Kind: UInt8 {
    case spec = 1
    case claim, challenge, bundle, proof, artefact

    var name: String { "\(self)" }

    /// No part of the kind has more bytes than these; a bundle is as long as its file.
    var limit: Int {
      switch self {
      case .spec: Spec.byteCountLimit
      case .claim: Envelope.maximumByteCount
      case .challenge: Challenge.maximumByteCount
      case .bundle, .artefact: 1 << 48
      case .proof: 256 << 20
      }
    }
  }

  struct Entry {
    var kind: Kind
    var interval: UInt64
    var byteCount: Int
  }

  static let magic = Array("assay.certificate.v1\0".utf8)
  static let headByteCount = magic.count + 4
  static let entryByteCount = 17
  static let entryLimit = EvidencePolicy.drawnLimit + 8

  let entries: [Entry]

  init(_ entries: [Entry]) { self.entries = entries }

  /// Reads the table behind the head.
  init(decoding bytes: [UInt8], count: Int) throws(CertificateError) {
    var reader = WireReader(bytes)
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    do throws(WireError) {
      for _ in 0..<count {
        let kind = try reader.readUInt8()
        let interval = try reader.readUInt64()
        let size = try reader.readUInt64()
        guard let kind = Kind(rawValue: kind) else {
          throw WireError.notCanonical("no part has the kind \(kind)")
        }
        guard size <= UInt64(kind.limit) else {
          throw WireError.tooLong(limit: kind.limit, found: Int(clamping: size))
        }
        entries.append(Entry(kind: kind, interval: interval, byteCount: Int(size)))
      }
    } catch { throw .parts(reason: "\(error)") }
    self.entries = entries
    try checkOrder()
  }

  private func checkOrder() throws(CertificateError) {
    guard entries.prefix(3).map(\.kind) == [.spec, .claim, .challenge] else {
      throw .parts(reason: "expected spec, claim and challenge first")
    }
    let rest = entries.dropFirst(3)
    guard rest.filter({ $0.kind != .proof }).count <= 1,
      rest.dropLast().allSatisfy({ $0.kind == .proof }),
      rest.allSatisfy({ ![.spec, .claim, .challenge].contains($0.kind) }),
      rest.last?.kind != .bundle || rest.count == 1
    else { throw .parts(reason: "expected a bundle, or proofs and then the artefact") }
    let proofs = rest.filter { $0.kind == .proof }
    guard zip(proofs, proofs.dropFirst()).allSatisfy({ $0.interval < $1.interval }),
      entries.allSatisfy({ $0.kind == .proof || $0.interval == 0 })
    else { throw .parts(reason: "expected proofs of ascending intervals") }
  }

  /// The head and the table.
  var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write(raw: Self.magic)
    writer.write(UInt32(entries.count))
    for entry in entries {
      writer.write(entry.kind.rawValue)
      writer.write(entry.interval)
      writer.write(UInt64(entry.byteCount))
    }
    return writer.bytes
  }

  /// Bytes of head, table and parts; nil where that is more than there can be.
  var byteCount: Int? {
    var total = Self.headByteCount + entries.count * Self.entryByteCount
    for entry in entries {
      let (sum, overflow) = total.addingReportingOverflow(entry.byteCount)
      if overflow { return nil }
      total = sum
    }
    return total
  }

  /// Where each part stands.
  var ranges: [Range<Int>] {
    var start = Self.headByteCount + entries.count * Self.entryByteCount
    return entries.map { entry in
      defer { start += entry.byteCount }
      return start..<start + entry.byteCount
    }
  }
}

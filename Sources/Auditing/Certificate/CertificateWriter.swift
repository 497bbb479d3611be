public import AssayEvidence
internal import AssayFiles
public import AssaySpecification

/// Writes a certificate part by part; the file has its name only when it is whole.
public struct CertificateWriter {
  /// What answers the challenge.
  public enum Answer {
    /// A bundle of so many bytes, which is then handed over piece by piece.
    case bundle(
      byteCount: Int,
      pack: (_ sink: ([UInt8]) throws(AuditingError) -> Void) throws(AuditingError) -> Void)
    /// Proofs by their intervals, and the file of the last state, unless that is to stay hidden.
    case proofs([(interval: Int, bytes: [UInt8])], artefact: [UInt8]?)
  }

  private let spec: Spec
  private let claim: [UInt8]
  private let challenge: Challenge

  /// A certificate of a claim, by its signed bytes.
  public init(spec: Spec, claim: [UInt8], challenge: Challenge) {
    self.spec = spec
    self.claim = claim
    self.challenge = challenge
  }

  /// Writes the certificate, and returns how many bytes it has.
  public func write(_ answer: Answer, toFile path: String) throws(AuditingError) -> Int {
    let head: [(CertificateTable.Kind, [UInt8])] = [
      (.spec, spec.bytes), (.claim, claim), (.challenge, challenge.encoded),
    ]
    var entries = head.map { CertificateTable.Entry(kind: $0, interval: 0, byteCount: $1.count) }
    switch answer {
    case .bundle(let byteCount, _):
      entries.append(CertificateTable.Entry(kind: .bundle, interval: 0, byteCount: byteCount))
    case .proofs(let proofs, let artefact):
      for proof in proofs.sorted(by: { $0.interval < $1.interval }) {
        entries.append(
          CertificateTable.Entry(
            kind: .proof, interval: UInt64(proof.interval), byteCount: proof.bytes.count))
      }
      if let artefact {
        entries.append(
          CertificateTable.Entry(kind: .artefact, interval: 0, byteCount: artefact.count))
      }
    }
    let partial = path + ".part"
    FileAccess.remove(partial)
    let file = try PartialFile(partial)
    let table = CertificateTable(entries)
    try file.append(table.encoded)
    for (_, bytes) in head { try file.append(bytes) }
    switch answer {
    case .bundle(_, let pack): try pack { bytes throws(AuditingError) in try file.append(bytes) }
    case .proofs(let proofs, let artefact):
      for proof in proofs.sorted(by: { $0.interval < $1.interval }) { try file.append(proof.bytes) }
      if let artefact { try file.append(artefact) }
    }
    try file.finish(as: path)
    return table.byteCount ?? 0
  }
}

internal import AssayAlgebra
internal import AssayAuditing
internal import AssayCryptography
internal import AssayDisputes
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySettlement
internal import AssaySpecification
internal import AssayVerification
internal import AssayWire

/// What a file is, by its first bytes or its members; nothing of it is checked.
enum FileKind: Hashable {
  /// A signed claim or verdict, or a statement of another type.
  case statement
  case receipt
  case challenge
  case certificate
  case intervalProof
  case circuitProof
  case disputeTranscript
  /// Something that other commands look at: what it is, and which command.
  case other(String, command: String)
  case unknown

  init(_ bytes: [UInt8]) {
    if CertificateFile.isCertificate(bytes) {
      self = .certificate
    } else if bytes.starts(with: IntervalProof.magic) {
      self = .intervalProof
    } else if bytes.starts(with: RankOneProof<BN254Scalar>.magic) {
      self = .circuitProof
    } else if bytes.starts(with: DisputeTranscript.magic) {
      self = .disputeTranscript
    } else if bytes.starts(with: BundleLayout.magic) {
      self = .other("a provider's answer to a challenge", command: "assay audit --help")
    } else if bytes.starts(with: LogProof.header) {
      self = .other("a proof that a log holds a statement", command: "assay log verify --help")
    } else if bytes.count <= Challenge.maximumByteCount,
      let value = try? JSONValue.parse(bytes), case .object(let members) = value
    {
      self = Self.kind(of: bytes, members: Set(members.map(\.name)))
    } else {
      self = .unknown
    }
  }

  private static func kind(of bytes: [UInt8], members: Set<String>) -> FileKind {
    if members.contains("payload") {
      let statement = try? Statement(decoding: Envelope(decoding: bytes).payload)
      return statement?.predicateType == Receipt.predicateType ? .receipt : .statement
    }
    if members.isSuperset(of: ["claim", "policy", "seed"]) { return .challenge }
    if members.isSuperset(of: ["money", "parties", "work"]) {
      return .other("the terms of a job", command: "assay terms show --help")
    }
    if members == ["version", "heads", "path"] {
      return .other("a fork of a log", command: "assay log verify --help")
    }
    if members.isSuperset(of: ["model", "data"]) {
      return .other("a spec", command: "assay train --help")
    }
    return .unknown
  }
}

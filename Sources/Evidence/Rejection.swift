public import AssayCryptography
internal import AssaySpecification

/// Why a claim was rejected, with what shows it.
public struct Rejection: Hashable, Sendable {
  /// What the provider did wrong.
  public let fault: Fault
  /// The drawn interval that shows it.
  public let interval: Int?
  /// The most bytes of a tensor's name; what is longer is cut.
  public static let tensorLimit = 400
  /// The first tensor that differs.
  public let tensor: String?
  /// What the provider claimed.
  public let claimedRoot: Digest?
  /// What the verifier computed.
  public let computedRoot: Digest?

  /// A rejection; see `Fault.requiredEvidence` for what must be given.
  public init(
    fault: Fault, interval: Int? = nil, tensor: String? = nil, claimedRoot: Digest? = nil,
    computedRoot: Digest? = nil
  ) {
    self.fault = fault
    self.interval = interval
    self.tensor = tensor?.cut(toByteCount: Rejection.tensorLimit)
    self.claimedRoot = claimedRoot
    self.computedRoot = computedRoot
  }

  /// Refuses a rejection that lacks what its fault must show, or whose interval was not drawn.
  func checkEvidence(drawn: [Int]) throws(EvidenceError) {
    if let interval, !drawn.contains(interval) {
      throw .rejectionWithoutEvidence(
        fault: fault, missing: "a drawn interval; \(interval) was not drawn")
    }
    let required = fault.requiredEvidence
    if required.interval, interval == nil {
      throw .rejectionWithoutEvidence(fault: fault, missing: "the drawn interval that it is about")
    }
    if required.roots {
      guard let claimedRoot, let computedRoot else {
        throw .rejectionWithoutEvidence(fault: fault, missing: "the claimed and the computed root")
      }
      guard claimedRoot != computedRoot else {
        throw .rejectionWithoutEvidence(
          fault: fault, missing: "two roots that differ; both are \(claimedRoot)")
      }
    }
  }

  /// Refuses a rejection of a quality that was not claimed, or without the one that was measured.
  func checkQuality(claimed: Quality?, measured: Quality?) throws(EvidenceError) {
    guard fault == .wrongQuality else { return }
    guard let claimed, let measured, claimedRoot == claimed.digest,
      computedRoot == measured.digest
    else {
      throw .rejectionWithoutEvidence(
        fault: fault, missing: "the digests of the claimed and of the measured quality")
    }
  }
}

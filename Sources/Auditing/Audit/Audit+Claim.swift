internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssaySpecification
internal import AssayTraining

/// What is checked before the bundle is opened.
extension Audit {
  /// The challenge follows from the secrets that the terms commit to, and fits the verifier's side.
  func checkChallenge(_ challenge: Challenge) throws(AuditEnd) {
    if let job = expectation.job, !job.utf8.elementsEqual(challenge.job.utf8) {
      throw .failed(.challenge(reason: "expected the job \(job), found \(challenge.job)"))
    }
    if let terms = expectation.terms, terms != challenge.terms {
      throw .failed(.challenge(reason: "expected the terms \(terms), found \(challenge.terms)"))
    }
    do throws(EvidenceError) {
      try challenge.checkSecrets(
        buyerSecretHash: expectation.buyerSecretHash,
        operatorSecretHash: expectation.operatorSecretHash)
    } catch {
      throw .failed(.secret(error))
    }
  }

  /// The claim that the challenge is about, signed by the provider that it names.
  func openClaim(_ bytes: [UInt8], _ challenge: Challenge) throws(AuditEnd) -> ProviderClaim {
    let identity: Digest
    do throws(CryptographyError) {
      identity = try Envelope(decoding: bytes).identity
    } catch {
      throw .failed(.claim(.claim(reason: "\(error)")))
    }
    // What is challenged names the claim by its signed bytes, whoever signed them.
    guard identity == challenge.claim else {
      throw .failed(.otherClaim(challenge: challenge.claim, claim: identity))
    }
    do throws(SpecificationError) {
      return try ProviderClaim.open(bytes).claim
    } catch {
      throw .rejected(
        Rejection(fault: .invalidClaim), "the claim is not what it says it is: \(error)")
    }
  }

  /// The claim is about this spec, these data and what the terms say.
  func checkBinding(_ claim: ProviderClaim, _ challenge: Challenge) throws(AuditEnd) {
    if let job = expectation.job, !job.utf8.elementsEqual(claim.job.utf8) {
      throw invalidClaim("job", expected: job, found: claim.job)
    }
    if let terms = expectation.terms, terms != claim.terms {
      throw invalidClaim("terms", expected: terms.hex, found: claim.terms.hex)
    }
    if let provider = expectation.provider, provider != claim.provider {
      throw invalidClaim("provider", expected: "\(provider)", found: "\(claim.provider)")
    }
    guard claim.spec == spec.digest else {
      throw invalidClaim("spec", expected: spec.digest.hex, found: claim.spec.hex)
    }
    guard claim.dataRoot == spec.data.root else {
      throw invalidClaim("data root", expected: spec.data.root.hex, found: claim.dataRoot.hex)
    }
    guard claim.quality?.metric == spec.quality?.metric else {
      throw invalidClaim(
        "quality", expected: spec.quality?.metric.rawValue ?? "none",
        found: claim.quality?.description ?? "none")
    }
    // Where the terms were given, the challenge agrees with them, and so does the claim by now.
    guard claim.job.utf8.elementsEqual(challenge.job.utf8), claim.terms == challenge.terms else {
      throw .failed(
        .challenge(reason: "it is for another job or other terms than the claim"))
    }
  }

  /// The steps are those that are asked for, and the trace is as long as the spec makes it.
  func checkSegment(
    _ claim: ProviderClaim, _ challenge: Challenge
  ) throws(AuditEnd) -> Segment {
    let (firstStep, lastStep) = (expectation.firstStep, expectation.lastStep ?? spec.steps)
    guard let segment = spec.segment(from: firstStep, to: lastStep) else {
      throw .failed(
        .challenge(
          reason: "the trace has a state every \(spec.interval) steps; the steps from \(firstStep) "
            + "to \(lastStep) cannot be demanded"))
    }
    guard claim.firstStep == firstStep else {
      throw invalidClaim("first step", expected: "\(firstStep)", found: "\(claim.firstStep)")
    }
    guard claim.lastStep == lastStep else {
      throw invalidClaim("last step", expected: "\(lastStep)", found: "\(claim.lastStep)")
    }
    guard claim.traceSize == segment.traceSize else {
      throw invalidClaim(
        "trace size", expected: "\(segment.traceSize)", found: "\(claim.traceSize)")
    }
    guard challenge.draw.intervalCount == segment.intervalCount else {
      throw .failed(
        .challenge(
          reason:
            "it draws from \(challenge.draw.intervalCount) intervals, the claimed segment has "
            + "\(segment.intervalCount)"))
    }
    return segment
  }

  /// What the verifier has itself: the data, the weights, the state to start from or its root.
  ///
  /// - Parameter dataset: the data, which were checked; nil where nothing is executed again.
  func inputs(_ dataset: Dataset?, _ weights: WeightsFile?) throws(AuditEnd) -> AuditInputs {
    try checkWeights(weights)
    guard expectation.firstStep == 0 else {
      guard let root = expectation.firstRoot else {
        throw .failed(
          .challenge(
            reason: "the segment starts after step \(expectation.firstStep); say which state was "
              + "verified there"))
      }
      return AuditInputs(dataset: dataset, weights: weights, initial: nil, firstRoot: root)
    }
    do throws(TrainingError) {
      let initial = try ModelState.initial(spec, weights: weights)
      return AuditInputs(
        dataset: dataset, weights: weights, initial: initial,
        firstRoot: initial.commitment(hasher).root)
    } catch {
      throw .inconclusive(.unsupported, "nobody can start this spec: \(error)")
    }
  }

  /// The verifier's data are those that the spec commits to, for execution and for proofs.
  func checkDataset(_ dataset: Dataset?) throws(AuditEnd) -> Dataset {
    guard let dataset else {
      throw .inconclusive(.missingData, "the verifier does not have the training data")
    }
    do throws(DatasetError) {
      try dataset.check(against: spec.data)
    } catch {
      throw .inconclusive(.missingData, "the verifier's data are not the spec's: \(error)")
    }
    try checkProvedData(dataset)
    return dataset
  }

  /// The verifier's weights are those that the spec names, if it names some.
  private func checkWeights(_ weights: WeightsFile?) throws(AuditEnd) {
    guard weights?.digest == spec.weights else {
      throw .inconclusive(
        .missingData,
        weights == nil
          ? "the verifier does not have the weights that the spec starts from"
          : "the verifier's weights are not those that the spec names")
    }
  }

  private func invalidClaim(_ field: String, expected: String, found: String) -> AuditEnd {
    .rejected(
      Rejection(fault: .invalidClaim),
      "the claim's \(field) is wrong: expected \(expected), found \(found)")
  }
}

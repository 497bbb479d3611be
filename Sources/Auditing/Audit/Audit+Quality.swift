internal import AssayDatasets
internal import AssayEvidence
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining

/// The measurement of the last state.
extension Audit {
  /// The claimed quality is what the last state has on the spec's test set, to the bit.
  func checkQuality(
    _ claim: ProviderClaim, _ last: ModelState, _ testSet: Dataset?, _ inputs: AuditInputs,
    _ progress: AuditProgress
  ) throws(AuditEnd) {
    guard let testSet else {
      throw .inconclusive(.missingData, "the verifier does not have the test set")
    }
    let found = try measure(last, testSet, inputs, backend)
    progress.quality = found
    guard let claimed = claim.quality, found != claimed else { return }
    if let referee, try measure(last, testSet, inputs, referee) != found {
      throw .inconclusive(
        .deviceDisagreement,
        "the last state has another quality on '\(backend.name)' than on '\(referee.name)': one "
          + "of the verifier's devices is wrong")
    }
    throw .rejected(
      Rejection(
        fault: .wrongQuality, claimedRoot: claimed.digest, computedRoot: found.digest),
      "the last state, measured again on the test set, has \(found), not \(claimed) as was claimed")
  }

  private func measure(
    _ state: ModelState, _ testSet: Dataset, _ inputs: AuditInputs, _ backend: any Backend
  ) throws(AuditEnd) -> Quality {
    let quality: Quality?
    do throws(TrainingError) {
      let evaluator = try Evaluator.measuring(
        spec, testSet: testSet, backend: backend, weights: inputs.weights)
      quality = try evaluator?.quality(of: state)
    } catch .dataset(let error) {
      throw .inconclusive(.missingData, "the verifier's test set is not the spec's: \(error)")
    } catch {
      throw .inconclusive(.unsupported, "the verifier cannot measure the last state: \(error)")
    }
    guard let quality else {
      throw .inconclusive(.unsupported, "the spec's metric cannot be measured of its model")
    }
    return quality
  }
}

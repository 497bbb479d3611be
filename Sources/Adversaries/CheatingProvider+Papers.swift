internal import AssayCryptography
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

/// Right work, and papers that are not.
extension CheatingProvider {
  /// The honest run under the cheat's own key and salts.
  private var ownRun: MemoryRun {
    honest.resalted(provider: key.verifyingKey, traceSecret: traceSecret, hasher: hasher)
  }

  func replacingCheckpoint() -> Submission {
    let run = ownRun
    // The state that starts the last interval but one serves too where there are only two.
    let record = min(middle, intervalCount - 1)
    return Submission(
      cheat: .replacedCheckpoint, envelope: run.claim(job: job, terms: terms).signed(by: key),
      run: run, falseIntervals: [record],
      answer: run.replacing(altered(run.states[record]), at: record))
  }

  func signingStolenClaim() -> Submission {
    Submission(
      cheat: .stolenClaim,
      envelope: Envelope.sign(payload: honestClaim.payload, with: key), run: honest,
      falseIntervals: [])
  }

  func claimingStolenTrace() -> Submission {
    let stolen = honest.claim(job: job, terms: terms)
    let claim = ProviderClaim(
      job: job, terms: terms, provider: key.verifyingKey, spec: stolen.spec,
      dataRoot: stolen.dataRoot, firstStep: stolen.firstStep, lastStep: stolen.lastStep,
      firstRoot: stolen.firstRoot, lastRoot: stolen.lastRoot, traceSize: stolen.traceSize,
      traceRoot: stolen.traceRoot, artefact: stolen.artefact, quality: stolen.quality)
    return Submission(
      cheat: .stolenTrace, envelope: claim.signed(by: key), run: honest, falseIntervals: [])
  }

  func answeringWithForeignBundle() -> Submission {
    let run = ownRun
    return Submission(
      cheat: .foreignBundle, envelope: run.claim(job: job, terms: terms).signed(by: key), run: run,
      falseIntervals: [], answer: honest)
  }

  /// - Precondition: the spec measures its last state.
  func inflatingQuality() -> Submission {
    precondition(spec.quality != nil, "a spec that measures its last state")
    let run = ownRun.claiming(honest.quality.map(Self.inflated))
    return Submission(
      cheat: .inflatedQuality, envelope: run.claim(job: job, terms: terms).signed(by: key),
      run: run, falseIntervals: [])
  }

  /// One more target right, or one less where all are; the next smaller loss.
  private static func inflated(_ quality: Quality) -> Quality {
    switch quality {
    case .accuracy(let correct, let rows):
      .accuracy(correct: correct == rows ? correct - 1 : correct + 1, rows: rows)
    case .loss: Quality(loss: quality.value.nextDown)
    }
  }

  func forgingSignature() -> Submission {
    let claim = honest.claim(job: job, terms: terms)
    let signed = claim.signed(by: key)
    return Submission(
      cheat: .forgedSignature,
      envelope: signed.naming(keyID: honest.provider.keyID), run: honest, falseIntervals: [])
  }
}

extension Envelope {
  /// The envelope with another key named as its signer: what a forger writes.
  fileprivate func naming(keyID: String) -> Envelope {
    let entry = JSONValue.object([
      "keyid": .string(keyID), "sig": .string(Base64.encode(signature)),
    ])
    let forged = JSONValue.object([
      "payload": .string(Base64.encode(payload)), "payloadType": .string(payloadType),
      "signatures": .array([entry]),
    ]).serialized()
    do throws(CryptographyError) {
      return try Envelope(decoding: forged)
    } catch {
      preconditionFailure("an envelope with another key named is well formed: \(error)")
    }
  }
}

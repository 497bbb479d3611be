internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement
internal import AssaySpecification

// Verifiers, from the draw to the verdict that stands.
extension SimulatedMarket {
  mutating func nextAnswer(_ open: Job) -> Next {
    switch open.phase.name {
    case .verifying where contents.panel != nil: nextSealed(open)
    case .revealing: nextShown(open)
    default: nextVerdict(open)
    }
  }

  /// What a verifier does.
  func verifying(_ key: VerifyingKey) -> Conduct.Verifying {
    let index = cast.verifiers.firstIndex { $0.verifyingKey == key } ?? 0
    let own = index < conduct.verifying.count ? conduct.verifying[index] : .honest
    if own == .befriended, !job.isFalse { return .honest }
    return own == .honest && conduct.silencesVerifiers && !falseDrawn(open: nil).isEmpty
      ? .silent : own
  }

  /// The drawn intervals that are false, by their number in the claim.
  func falseDrawn(open: Job?) -> [Int] {
    guard let open = open ?? machine.jobs[job.id], let draw = open.draw, let claim = open.claim
    else { return [] }
    let work = contents.work
    let start = Int((claim.firstStep - work.firstStep) / work.interval)
    return draw.indices.filter { job.falsified.contains(start + $0) }
  }

  /// What work on the drawn intervals costs.
  func examinationCost(_ open: Job) -> Int128 {
    guard let draw = open.draw, let claim = open.claim else { return 0 }
    let work = contents.work
    let start = Int((claim.firstStep - work.firstStep) / work.interval)
    return cost(
      ofSteps: draw.indices.reduce(0) { $0 + steps(ofInterval: start + $1, upTo: claim.lastStep) })
  }

  /// What who looks finds.
  private func truth(_ open: Job) -> Verdict.Outcome {
    let wrong = falseDrawn(open: open)
    let first = open.draw?.indices.first ?? 0
    switch conduct.openings {
    case .none where !job.isCanary:
      return .rejected(.init(fault: .withheldOpening, interval: first))
    case .onlyTrue where !wrong.isEmpty && !job.isCanary:
      return .rejected(.init(fault: .withheldOpening, interval: wrong[0]))
    default: return wrong.isEmpty ? .accepted : rejection(of: wrong[0], found: "what is true")
    }
  }

  private func rejection(of interval: Int, found root: String) -> Verdict.Outcome {
    .rejected(
      Rejection(
        fault: .wrongComputation, interval: interval, tensor: "weights",
        claimedRoot: SHA256.digest(of: Array("what is claimed".utf8)),
        computedRoot: SHA256.digest(of: Array(root.utf8))))
  }

  /// What only execution yields; who has not executed makes something up, friends the same.
  private func work(of verifying: Conduct.Verifying) -> Digest {
    let text = verifying == .honest ? "true work on" : "made up for"
    return SHA256.digest(of: Array("\(text) \(job.id)".utf8))
  }

  /// The signed verdict that a verifier comes to, and what it costs; nil where it says nothing.
  private mutating func verdict(_ open: Job, by key: SigningKey) -> [UInt8]? {
    guard let challenge = open.challenge else { return nil }
    let outcome: Verdict.Outcome
    let own = verifying(key.verifyingKey)
    switch own {
    case .honest:
      spend(examinationCost(open), by: key)
      outcome = truth(open)
    case .unseen, .befriended, .hiding, .copying: outcome = .accepted
    case .rejecting:
      outcome = rejection(of: challenge.indices[0], found: "made up")
    case .silent: return nil
    }
    let isProved = outcome == .accepted && contents.evidence.method != .recompute
    let proved = isProved ? provedIntervals(open) : []
    let isExecuted = proved.isEmpty || contents.evidence.method == .both
    return Verdict(
      on: challenge, outcome: outcome,
      executed: proved.isEmpty ? nil : isExecuted ? challenge.indices : [], proved: proved,
      delivery: outcome == .accepted ? open.claim?.delivery?.sealed : nil,
      work: outcome == .accepted && isExecuted ? work(of: own) : nil, device: "simulated",
      hardware: hardware(of: key, open)
    ).signed(by: key).encoded
  }

  /// What the terms ask for, and of drawn verifiers both kinds where they are to differ.
  private func hardware(of key: SigningKey, _ open: Job) -> Hardware {
    switch contents.evidence.hardware {
    case nil: .processor
    case .gpu: .nvidiaGPU
    case .differing:
      open.panelists.first == key.verifyingKey ? .nvidiaGPU : .processor
    }
  }
}

// Whose verdict comes first, where any may; and drawn verifiers.
extension SimulatedMarket {
  /// Who does no work is first; then any of the others, who all come to one conclusion.
  private mutating func nextVerdict(_ open: Job) -> Next {
    let idle = cast.verifiers.filter {
      [.unseen, .befriended, .rejecting].contains(verifying($0.verifyingKey))
    }
    var rest = cast.verifiers.filter { verifying($0.verifyingKey) == .honest }
    if !rest.isEmpty { rest = [rest[choices.below(rest.count)]] }
    for key in idle + rest where job.answered.insert(key.verifyingKey).inserted {
      guard let envelope = verdict(open, by: key) else { continue }
      let shown = logged(.verdict, envelope)
      remember(envelope, shown)
      let action = Command.Action.verdict(job: job.id, envelope: envelope, evidence: shown)
      // Who accepts unseen has no proofs where the terms ask for them.
      if send(action, proofs: proofs(of: open)) == nil { return .done }
    }
    return .wait
  }

  /// A drawn verifier binds itself to its answer.
  private mutating func nextSealed(_ open: Job) -> Next {
    let round = open.examination.round
    let seats = open.examination.seats.filter { $0.round == round }
    for key in open.panelists where !seats.contains(where: { $0.verifier == key }) {
      guard let signer = cast.verifiers.first(where: { $0.verifyingKey == key }) else { continue }
      if verifying(key) == .copying {
        // Another one's commitment is all that there is to copy.
        guard let seen = seats.first else { continue }
        return .send(.answer(job: job.id, by: key, commitment: seen.commitment))
      }
      guard let envelope = verdict(open, by: signer) else { continue }
      let nonce = choices.digest().bytes
      job.sealed[key] = (envelope, nonce)
      guard let identity = try? Envelope(decoding: envelope).identity,
        let commitment = try? SealedAnswer.commitment(to: identity, by: key, nonce: nonce)
      else { preconditionFailure("the envelope was just made") }
      return .send(.answer(job: job.id, by: key, commitment: commitment))
    }
    return .wait
  }

  /// A drawn verifier shows its answer.
  private mutating func nextShown(_ open: Job) -> Next {
    let round = open.examination.round
    for seat in open.examination.seats where seat.round == round && seat.verdict == nil {
      guard verifying(seat.verifier) != .hiding, let answer = job.sealed[seat.verifier] else {
        continue
      }
      let shown = logged(.verdict, answer.envelope)
      remember(answer.envelope, shown)
      let action = Command.Action.verdict(
        job: job.id, envelope: answer.envelope, evidence: shown, nonce: answer.nonce)
      // Who accepts unseen has no proofs where the terms ask for them, and can show nothing.
      if send(action, proofs: proofs(of: open)) == nil { return .done }
      job.sealed[seat.verifier] = nil
    }
    return .wait
  }

  /// Keeps the first acceptance, for who hands it in again.
  private mutating func remember(_ envelope: [UInt8], _ evidence: LogEvidence) {
    guard oldVerdict == nil, conduct.attempts.contains(.replayVerdict),
      case .accepted? = try? Verdict.open(envelope).verdict.outcome
    else { return }
    oldVerdict = (envelope, evidence)
  }
}

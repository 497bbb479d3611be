internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayWire

extension Phase {
  /// The name, the deadline and whatever else the state has.
  func encode(to writer: inout WireWriter) {
    writer.write(name.rawValue)
    switch self {
    case .offered(let until), .funded(let until), .vacant(let until), .committed(let until),
      .verifying(let until), .revealing(let until), .inconclusive(let until),
      .challengeOpen(let until), .delivering(let until):
      writer.write(until)
    case .active(let until, let end), .interrupted(let until, let end),
      .disputed(let until, let end):
      writer.write(until)
      writer.write(end)
    case .sampling(let role, let until):
      writer.write(role.rawValue)
      writer.write(until)
    case .settled(let ending, let time):
      writer.write(ending.name)
      writer.write(time)
    }
  }
}

extension Job {
  /// The canonical bytes of everything that is known of the job.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write("assay.job.v3")
    writer.write(lengthPrefixed: terms.bytes)
    phase.encode(to: &writer)
    writer.write(provider?.bytes)
    progress.encode(to: &writer)
    writer.write(UInt32(accepted.count))
    for examination in accepted { examination.encode(to: &writer) }
    examination.encode(to: &writer)
    writer.write(UInt32(payments.count))
    for payment in payments { payment.encode(to: &writer) }
    writer.write(UInt32(votes.count))
    for vote in votes {
      writer.write(raw: vote.guardian.bytes)
      writer.write(raw: vote.identity.bytes)
    }
    writer.write(challengeCount)
    for kind in HoldKind.allCases { writer.write(holds[kind]?.name ?? "") }
    writer.write(answerCount)
    writer.write(holdCount)
    writer.write(workLeft)
    writer.write(deliveryKey)
    writer.write(UInt32(dataHolders.count))
    for key in dataHolders { writer.write(raw: key.bytes) }
    return writer.bytes
  }
}

extension Authorisation {
  /// The canonical bytes.
  fileprivate var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write(raw: buyer.bytes)
    writer.write(raw: agent.bytes)
    writer.write(asset.id)
    amount.write(to: &writer)
    writer.write(jobs)
    writer.write(until)
    return writer.bytes
  }
}

extension Progress {
  fileprivate func encode(to writer: inout WireWriter) {
    writer.write(verifiedStep)
    writer.write(UInt64(acceptedClaims))
    released.write(to: &writer)
    retained.write(to: &writer)
    writer.write(claimedStep)
  }
}

extension Payment {
  fileprivate func encode(to writer: inout WireWriter) {
    writer.write(payout.name)
    if case .instalment(let released) = payout { released.write(to: &writer) }
    for key in [provider, finder] { writer.write(key?.bytes) }
    writer.write(UInt32(deciders.count))
    for key in deciders { writer.write(raw: key.bytes) }
    writer.write(UInt64(acceptedClaims))
  }
}

extension Examination {
  fileprivate func encode(to writer: inout WireWriter) {
    writer.write(claim?.identity.bytes)
    writer.write(claim?.traceRoot.bytes)
    writer.write(claimLogIndex)
    writer.write(operatorSecret)
    writer.write(buyerSecret)
    writer.write(draw?.seed.bytes)
    writer.write(UInt32(draw?.indices.count ?? 0))
    for index in draw?.indices ?? [] { writer.write(UInt64(index)) }
    writer.write(UInt32(inconclusiveVerifiers.count))
    for key in inconclusiveVerifiers { writer.write(raw: key.bytes) }
    writer.write(UInt32(round))
    writer.write(UInt32(seats.count))
    for seat in seats {
      writer.write(raw: seat.verifier.bytes)
      writer.write(UInt32(seat.round))
      writer.write(raw: seat.commitment.bytes)
      writer.write(seat.verdict?.identity.bytes)
      writer.write(seat.bond?.name ?? "")
    }
    writer.write(verdict?.verifier.bytes)
    writer.write(verdict?.identity.bytes)
    writer.write(verdict?.logIndex)
    writer.write(UInt32(deciders.count))
    for key in deciders { writer.write(raw: key.bytes) }
    writer.write(UInt32(challenges.count))
    for challenge in challenges {
      writer.write(raw: challenge.challenger.bytes)
      writer.write(challenge.number)
      writer.write(challenge.until)
    }
    writer.write(UInt32(rulings.count))
    for ruling in rulings {
      writer.write(raw: ruling.signer.bytes)
      writer.write(raw: ruling.identity.bytes)
      writer.write(ruling.logIndex)
    }
    writer.write(finder?.bytes)
  }
}

extension WireWriter {
  /// A byte that says whether there is something, then what there is.
  fileprivate mutating func write(_ bytes: [UInt8]?) {
    write(UInt8(bytes == nil ? 0 : 1))
    if let bytes { write(lengthPrefixed: bytes) }
  }

  fileprivate mutating func write(_ number: UInt64?) {
    write(UInt8(number == nil ? 0 : 1))
    if let number { write(number) }
  }
}

extension Applied {
  /// The canonical bytes.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write("assay.applied.v1")
    writer.write(sequence)
    writer.write(time)
    writer.write(job ?? "")
    writer.write(phase?.rawValue ?? "")
    writer.write(UInt32(transfers.count))
    for transfer in transfers { writer.write(transfer.name) }
    return writer.bytes
  }
}

extension SettlementMachine {
  /// The canonical bytes of the whole state: two machines with the same bytes go on alike.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write("assay.settlement.v3")
    writer.write(lastTime)
    writer.write(sequence)
    writer.write(UInt32(jobs.count))
    for (_, job) in jobs.sorted(by: { $0.key < $1.key }) {
      writer.write(lengthPrefixed: job.encoded)
    }
    writer.write(policy.version)
    writer.write(UInt32(policy.feeMillionths))
    let given = authorisations.values.map(\.encoded)
    writer.write(UInt32(given.count))
    for bytes in given.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      writer.write(lengthPrefixed: bytes)
    }
    writer.write(UInt32(invitations.count))
    for (_, invitation) in invitations.sorted(by: { $0.key < $1.key }) {
      invitation.encode(to: &writer)
    }
    let known = reputations.map { (key: $0.key.encoded, value: $0.value) }
    writer.write(UInt32(known.count))
    for (key, value) in known.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      writer.write(lengthPrefixed: key)
      value.encode(to: &writer)
    }
    writer.write(lengthPrefixed: ledger.encoded)
    writer.write(UInt32(answers.count))
    for (key, answer) in answers.sorted(by: { $0.key < $1.key }) {
      writer.write(key)
      writer.write(raw: answer.request.bytes)
      writer.write(lengthPrefixed: answer.applied.encoded)
    }
    return writer.bytes
  }
}

internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayWire

extension Phase {
  /// The name, the deadline and whatever else the state has.
  func encode(to writer: inout WireWriter) {
    writer.write(name.rawValue)
    switch self {
    case .offered(let until), .funded(let until), .active(let until), .committed(let until),
      .verifying(let until), .inconclusive(let until), .challengeOpen(let until):
      writer.write(until)
    case .sampling(let role, let until):
      writer.write(role.rawValue)
      writer.write(until)
    case .disputed(let until, let windowUntil):
      writer.write(until)
      writer.write(windowUntil)
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
    writer.write("assay.job.v1")
    writer.write(lengthPrefixed: terms.bytes)
    phase.encode(to: &writer)
    write(provider?.bytes, to: &writer)
    write(claim?.identity.bytes, to: &writer)
    write(claim?.traceRoot.bytes, to: &writer)
    write(claimLogIndex, to: &writer)
    write(operatorSecret, to: &writer)
    write(buyerSecret, to: &writer)
    write(draw?.seed.bytes, to: &writer)
    writer.write(UInt32(draw?.indices.count ?? 0))
    for index in draw?.indices ?? [] { writer.write(UInt64(index)) }
    writer.write(UInt32(inconclusiveVerifiers.count))
    for key in inconclusiveVerifiers { writer.write(raw: key.bytes) }
    write(verdict?.verifier.bytes, to: &writer)
    write(verdict?.identity.bytes, to: &writer)
    write(verdict?.logIndex, to: &writer)
    write(verdictEnding.map { Array($0.name.utf8) }, to: &writer)
    writer.write(UInt32(challenges.count))
    for challenge in challenges {
      writer.write(raw: challenge.challenger.bytes)
      writer.write(challenge.number)
    }
    writer.write(challengeCount)
    write(finder?.bytes, to: &writer)
    return writer.bytes
  }

  private func write(_ bytes: [UInt8]?, to writer: inout WireWriter) {
    writer.write(UInt8(bytes == nil ? 0 : 1))
    if let bytes { writer.write(lengthPrefixed: bytes) }
  }

  private func write(_ number: UInt64?, to writer: inout WireWriter) {
    writer.write(UInt8(number == nil ? 0 : 1))
    if let number { writer.write(number) }
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
    writer.write("assay.settlement.v1")
    writer.write(lastTime)
    writer.write(sequence)
    writer.write(UInt32(jobs.count))
    for (_, job) in jobs.sorted(by: { $0.key < $1.key }) {
      writer.write(lengthPrefixed: job.encoded)
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

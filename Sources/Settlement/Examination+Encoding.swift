internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification
public import AssayWire

extension Examination: WireCodable {
  public func encode(to writer: inout WireWriter) {
    writer.write(UInt8(claim == nil ? 0 : 1))
    claim?.encode(to: &writer)
    claimLogIndex.encode(to: &writer)
    for secret in [operatorSecret, buyerSecret] {
      writer.write(lengthPrefixed: secret ?? [])
    }
    writer.write(UInt8(draw == nil ? 0 : 1))
    if let draw {
      draw.seed.encode(to: &writer)
      writer.write(UInt64(draw.intervalCount))
      writer.write(UInt64(draw.indices.count))
    }
    inconclusiveVerifiers.encode(to: &writer)
    writer.write(UInt64(round))
    seats.encode(to: &writer)
    verdict.encode(to: &writer)
    deciders.encode(to: &writer)
    challenges.encode(to: &writer)
    rulings.encode(to: &writer)
    finder.encode(to: &writer)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    if try reader.readUInt8() == 1 { claim = try AdmittedClaim(decodingKept: &reader) }
    claimLogIndex = try UInt64?(decoding: &reader)
    operatorSecret = try reader.secret()
    buyerSecret = try reader.secret()
    if try reader.readUInt8() == 1 {
      let seed = try Digest(decoding: &reader)
      let (count, drawn) = (try reader.number(), try reader.number())
      do throws(EvidenceError) {
        draw = try Draw(seed: seed, intervalCount: count, drawn: drawn)
      } catch { throw .notCanonical("\(error)") }
    }
    inconclusiveVerifiers = try [VerifyingKey](decoding: &reader)
    round = try reader.number()
    seats = try [Seat](decoding: &reader)
    verdict = try StandingVerdict?(decoding: &reader)
    deciders = try [VerifyingKey](decoding: &reader)
    challenges = try [OpenChallenge](decoding: &reader)
    rulings = try [Ruling](decoding: &reader)
    finder = try VerifyingKey?(decoding: &reader)
  }
}

extension WireReader {
  /// Reads a secret that was revealed; nil where none was.
  fileprivate mutating func secret() throws(WireError) -> [UInt8]? {
    let bytes = try readLengthPrefixed(limit: Randomness.secretByteCount)
    return bytes.isEmpty ? nil : bytes
  }
}

extension Seat: WireCodable {
  public func encode(to writer: inout WireWriter) {
    verifier.encode(to: &writer)
    writer.write(UInt64(round))
    commitment.encode(to: &writer)
    verdict.encode(to: &writer)
    bond.map(\.name).encode(to: &writer)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    verifier = try VerifyingKey(decoding: &reader)
    round = try reader.number()
    commitment = try Digest(decoding: &reader)
    verdict = try StandingVerdict?(decoding: &reader)
    bond = try TransferID?(named: &reader)
  }
}

extension StandingVerdict: WireCodable {
  public func encode(to writer: inout WireWriter) {
    switch outcome {
    case .accepted: writer.write(UInt8(1))
    case .rejected(let rejection):
      writer.write(UInt8(2))
      writer.write(rejection.fault.rawValue)
      rejection.interval.map { UInt64($0) }.encode(to: &writer)
      rejection.tensor.encode(to: &writer)
      rejection.claimedRoot.encode(to: &writer)
      rejection.computedRoot.encode(to: &writer)
    case .inconclusive(let reason):
      writer.write(UInt8(3))
      writer.write(reason.rawValue)
    }
    verifier.encode(to: &writer)
    identity.encode(to: &writer)
    writer.write(logIndex)
    writer.write(UInt32(proved.count))
    for interval in proved {
      writer.write(UInt64(interval.interval))
      interval.proof.encode(to: &writer)
    }
    writer.write(hardware.rawValue)
    work.encode(to: &writer)
    transcript.encode(to: &writer)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    switch try reader.readUInt8() {
    case 1: outcome = .accepted
    case 2:
      let fault = try reader.named(Fault.self)
      let interval = try UInt64?(decoding: &reader)
      outcome = .rejected(
        Rejection(
          fault: fault, interval: interval.map { Int(clamping: $0) },
          tensor: try String?(decoding: &reader), claimedRoot: try Digest?(decoding: &reader),
          computedRoot: try Digest?(decoding: &reader)))
    case 3: outcome = .inconclusive(try reader.named(InconclusiveReason.self))
    case let byte: throw .notCanonical("no verdict has the outcome \(byte)")
    }
    verifier = try VerifyingKey(decoding: &reader)
    identity = try Digest(decoding: &reader)
    logIndex = try reader.readUInt64()
    let count = try reader.readCount(limit: .max, elementByteCount: 8 + Digest.byteCount)
    var proved: [ProvedInterval] = []
    for _ in 0..<count {
      proved.append(
        ProvedInterval(interval: try reader.number(), proof: try Digest(decoding: &reader)))
    }
    self.proved = proved
    hardware = try reader.named(Hardware.self)
    work = try Digest?(decoding: &reader)
    transcript = try Digest?(decoding: &reader)
  }
}

extension Ruling: WireCodable {
  public func encode(to writer: inout WireWriter) {
    writer.write(outcome.job)
    for digest in [outcome.terms, outcome.claim, identity] { digest.encode(to: &writer) }
    for key in [outcome.challenger, outcome.defender, signer] { key.encode(to: &writer) }
    writer.write(UInt8(outcome.challengerLost ? 1 : 0))
    writer.write(outcome.fault.rawValue)
    writer.write(outcome.subject)
    outcome.transcript.encode(to: &writer)
    writer.write(logIndex)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    let job = try String(decoding: &reader)
    let (terms, claim) = (try Digest(decoding: &reader), try Digest(decoding: &reader))
    identity = try Digest(decoding: &reader)
    let challenger = try VerifyingKey(decoding: &reader)
    let defender = try VerifyingKey(decoding: &reader)
    signer = try VerifyingKey(decoding: &reader)
    outcome = DisputeOutcome(
      job: job, terms: terms, claim: claim, challenger: challenger, defender: defender,
      challengerLost: try reader.readUInt8() == 1, fault: try reader.named(DisputeFault.self),
      subject: try String(decoding: &reader), transcript: try Digest?(decoding: &reader))
    logIndex = try reader.readUInt64()
  }
}

extension OpenChallenge: WireCodable {
  public func encode(to writer: inout WireWriter) {
    challenger.encode(to: &writer)
    writer.write(number)
    writer.write(until)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    challenger = try VerifyingKey(decoding: &reader)
    number = try reader.readUInt64()
    until = try reader.readUInt64()
  }
}

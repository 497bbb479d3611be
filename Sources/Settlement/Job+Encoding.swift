public import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
public import AssayWire

extension Job: Record {
  public typealias Key = String
  public static let kind = "job"

  /// The terms, then everything that has happened.
  public func encode(to writer: inout WireWriter) {
    writer.write(lengthPrefixed: terms.bytes)
    encodeState(to: &writer)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    let terms = try reader.readLengthPrefixed(limit: Terms.maximumByteCount)
    try self.init(terms: try Terms(decodingKept: terms), decodingState: &reader)
  }

  /// Everything that has happened, without the terms, which never change.
  package func encodeState(to writer: inout WireWriter) {
    writer.write(Job.stateVersion)
    phase.encode(to: &writer)
    provider.encode(to: &writer)
    progress.encode(to: &writer)
    accepted.encode(to: &writer)
    examination.encode(to: &writer)
    payments.encode(to: &writer)
    votes.encode(to: &writer)
    writer.write(challengeCount)
    for kind in HoldKind.allCases { holds[kind].map(\.name).encode(to: &writer) }
    writer.write(answerCount)
    writer.write(holdCount)
    writer.write(workLeft)
    dataHolders.encode(to: &writer)
    writer.write(UInt8(deliveryKey == nil ? 0 : 1))
    if let deliveryKey { writer.write(lengthPrefixed: deliveryKey) }
  }

  /// Reads a job whose terms are kept elsewhere.
  package init(terms: Terms, decodingState reader: inout WireReader) throws(WireError) {
    let version = try String(decoding: &reader)
    guard version == Job.stateVersion else {
      throw .notCanonical("expected \(Job.stateVersion), found “\(version.prefix(40))”")
    }
    self.init(terms: terms, phase: try Phase(decoding: &reader))
    provider = try VerifyingKey?(decoding: &reader)
    progress = try Progress(decoding: &reader)
    accepted = try [Examination](decoding: &reader)
    examination = try Examination(decoding: &reader)
    payments = try [Payment](decoding: &reader)
    votes = try [GuardianVote](decoding: &reader)
    challengeCount = try reader.readUInt64()
    for kind in HoldKind.allCases { holds[kind] = try TransferID?(named: &reader) }
    answerCount = try reader.readUInt64()
    holdCount = try reader.readUInt64()
    workLeft = try reader.readUInt64()
    dataHolders = try [VerifyingKey](decoding: &reader)
    if try reader.readUInt8() == 1 { deliveryKey = try reader.readLengthPrefixed(limit: 1 << 10) }
  }

  private static let stateVersion = "assay.job.v3"
}

extension TransferID? {
  /// Reads an optional name.
  init(named reader: inout WireReader) throws(WireError) {
    guard let name = try String?(decoding: &reader) else {
      self = nil
      return
    }
    do throws(AccountingError) {
      self = try TransferID(name)
    } catch { throw .notCanonical("\(error)") }
  }
}

extension Phase: WireCodable {
  /// The name, the deadline and whatever else the state has.
  public func encode(to writer: inout WireWriter) {
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

  public init(decoding reader: inout WireReader) throws(WireError) {
    switch try reader.named(PhaseName.self) {
    case .offered: self = .offered(until: try reader.readUInt64())
    case .funded: self = .funded(until: try reader.readUInt64())
    case .active:
      self = .active(until: try reader.readUInt64(), workUntil: try reader.readUInt64())
    case .interrupted:
      self = .interrupted(until: try reader.readUInt64(), workUntil: try reader.readUInt64())
    case .vacant: self = .vacant(until: try reader.readUInt64())
    case .committed: self = .committed(until: try reader.readUInt64())
    case .sampling:
      self = .sampling(
        awaiting: try reader.named(RevealRole.self), until: try reader.readUInt64())
    case .verifying: self = .verifying(until: try reader.readUInt64())
    case .revealing: self = .revealing(until: try reader.readUInt64())
    case .inconclusive: self = .inconclusive(until: try reader.readUInt64())
    case .challengeOpen: self = .challengeOpen(until: try reader.readUInt64())
    case .delivering: self = .delivering(until: try reader.readUInt64())
    case .disputed:
      self = .disputed(until: try reader.readUInt64(), windowUntil: try reader.readUInt64())
    case .settled:
      let name = try String(decoding: &reader)
      guard let ending = Ending(name: name) else {
        throw .notCanonical("no job ends as “\(name.prefix(40))”")
      }
      self = .settled(ending, at: try reader.readUInt64())
    }
  }
}

extension Progress: WireCodable {
  public func encode(to writer: inout WireWriter) {
    writer.write(verifiedStep)
    writer.write(UInt64(acceptedClaims))
    released.write(to: &writer)
    retained.write(to: &writer)
    claimedStep.encode(to: &writer)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    verifiedStep = try reader.readUInt64()
    acceptedClaims = try reader.number()
    released = try Amount(decoding: &reader)
    retained = try Amount(decoding: &reader)
    claimedStep = try UInt64?(decoding: &reader)
  }
}

extension Payment: WireCodable {
  public func encode(to writer: inout WireWriter) {
    switch payout {
    case .ending(let ending):
      writer.write(UInt8(1))
      writer.write(ending.name)
    case .instalment(let released):
      writer.write(UInt8(2))
      released.write(to: &writer)
    case .departure(let departure):
      writer.write(UInt8(3))
      writer.write(departure.rawValue)
    }
    provider.encode(to: &writer)
    deciders.encode(to: &writer)
    finder.encode(to: &writer)
    writer.write(UInt64(acceptedClaims))
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    switch try reader.readUInt8() {
    case 1:
      let name = try String(decoding: &reader)
      guard let ending = Ending(name: name) else {
        throw .notCanonical("no job ends as “\(name.prefix(40))”")
      }
      payout = .ending(ending)
    case 2: payout = .instalment(released: try Amount(decoding: &reader))
    case 3: payout = .departure(try reader.named(Departure.self))
    case let byte: throw .notCanonical("no money moves for the reason \(byte)")
    }
    provider = try VerifyingKey?(decoding: &reader)
    deciders = try [VerifyingKey](decoding: &reader)
    finder = try VerifyingKey?(decoding: &reader)
    acceptedClaims = try reader.number()
  }
}

extension GuardianVote: WireCodable {
  public func encode(to writer: inout WireWriter) {
    guardian.encode(to: &writer)
    writer.write(reason.rawValue)
    identity.encode(to: &writer)
    writer.write(logIndex)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    guardian = try VerifyingKey(decoding: &reader)
    reason = try reader.named(QuarantineReason.self)
    identity = try Digest(decoding: &reader)
    logIndex = try reader.readUInt64()
  }
}

extension WireReader {
  /// Reads a case by its name.
  mutating func named<Case: RawRepresentable<String>>(
    _ type: Case.Type
  ) throws(WireError) -> Case {
    let name = try String(decoding: &self)
    guard let found = Case(rawValue: name) else {
      throw .notCanonical("no \(type) is named “\(name.prefix(40))”")
    }
    return found
  }

  /// Reads a count or a place.
  mutating func number() throws(WireError) -> Int {
    let number = try readUInt64()
    guard let small = Int(exactly: number) else { throw .notCanonical("\(number) is too large") }
    return small
  }
}

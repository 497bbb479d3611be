internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification
internal import AssayWire

extension Command {
  private static let formatVersion: UInt8 = 1
  private static let envelopeLimit = Envelope.maximumByteCount

  /// The canonical bytes: version, key, a number for the action, then what the action has.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write(Command.formatVersion)
    writer.write(key)
    switch action {
    case .deposit(let party, let asset, let amount):
      writer.write(UInt8(1))
      Self.write(party, asset, amount, to: &writer)
    case .withdraw(let party, let asset, let amount):
      writer.write(UInt8(2))
      Self.write(party, asset, amount, to: &writer)
    case .authorise(let buyer, let agent, let asset, let amount, let jobs, let seconds):
      writer.write(UInt8(20))
      Self.write(buyer, asset, amount, to: &writer)
      writer.write(raw: agent.bytes)
      writer.write(jobs)
      writer.write(seconds)
    case .policy(let feeMillionths):
      writer.write(UInt8(21))
      writer.write(feeMillionths)
    case .offer(let terms):
      writer.write(UInt8(3))
      writer.write(lengthPrefixed: terms)
    case .invite(let terms, let party, let conditions, let seconds):
      writer.write(UInt8(22))
      writer.write(lengthPrefixed: terms)
      writer.write(raw: party.bytes)
      conditions.encode(to: &writer)
      writer.write(seconds)
    case .bid(let job, let terms, let party, let price, let hardware, let region, let seconds):
      Self.write(23, job, party, to: &writer)
      writer.write(raw: terms.bytes)
      price.write(to: &writer)
      writer.write(hardware.rawValue)
      writer.write(region)
      writer.write(seconds)
    case .retract(let job, let party): Self.write(24, job, party, to: &writer)
    case .match(let job):
      writer.write(UInt8(25))
      writer.write(job)
    case .cancel(let job, let party): Self.write(4, job, party, to: &writer)
    case .fund(let job, let party): Self.write(5, job, party, to: &writer)
    case .accept(let job, let party): Self.write(6, job, party, to: &writer)
    case .heartbeat(let job, let party): Self.write(14, job, party, to: &writer)
    case .stop(let job, let party): Self.write(15, job, party, to: &writer)
    case .resume(let job, let party): Self.write(16, job, party, to: &writer)
    case .commit(let job, let claim):
      writer.write(UInt8(7))
      writer.write(job)
      writer.write(lengthPrefixed: claim)
    case .logged(let job, let evidence):
      writer.write(UInt8(8))
      writer.write(job)
      evidence.encode(to: &writer)
    case .reveal(let job, let role, let secret):
      writer.write(UInt8(9))
      writer.write(job)
      writer.write(role.rawValue)
      writer.write(lengthPrefixed: secret)
    case .answer(let job, let party, let commitment):
      Self.write(17, job, party, to: &writer)
      writer.write(raw: commitment.bytes)
    case .verdict(let job, let envelope, let evidence, let nonce):
      writer.write(UInt8(10))
      writer.write(job)
      writer.write(lengthPrefixed: envelope)
      evidence.encode(to: &writer)
      writer.write(lengthPrefixed: nonce)
    case .challenge(let job, let party): Self.write(11, job, party, to: &writer)
    case .ruling(let job, let envelope, let evidence):
      Self.write(18, job, envelope, evidence, to: &writer)
    case .quarantine(let job, let envelope, let evidence):
      Self.write(19, job, envelope, evidence, to: &writer)
    case .confirmData(let job, let receipt):
      writer.write(UInt8(27))
      writer.write(job)
      writer.write(lengthPrefixed: receipt)
    case .deliver(let job, let key):
      writer.write(UInt8(26))
      writer.write(job)
      writer.write(lengthPrefixed: key)
    case .close(let job):
      writer.write(UInt8(12))
      writer.write(job)
    case .expire(let job):
      writer.write(UInt8(13))
      writer.write(job)
    }
    return writer.bytes
  }

  /// Reads a command's canonical bytes.
  ///
  /// - Throws: `malformed`, or `name` for a bad key.
  public init(decoding bytes: [UInt8]) throws(SettlementError) {
    let read: (key: String, action: Action)
    do throws(WireError) {
      var reader = WireReader(bytes)
      let version = try reader.readUInt8()
      guard version == Command.formatVersion else {
        throw .notCanonical("expected command format \(Command.formatVersion), found \(version)")
      }
      let key = try reader.readString(limit: Command.keyLimit)
      read = (key, try Command.readAction(&reader))
      try reader.finish()
    } catch { throw .malformed(error) }
    try self.init(key: read.key, action: read.action)
  }

  private static func readAction(_ reader: inout WireReader) throws(WireError) -> Action {
    let number = try reader.readUInt8()
    switch number {
    case 1:
      let (party, asset, amount) = try readMoney(&reader)
      return .deposit(party: party, asset: asset, amount: amount)
    case 2:
      let (party, asset, amount) = try readMoney(&reader)
      return .withdraw(party: party, asset: asset, amount: amount)
    case 3: return .offer(terms: try reader.readLengthPrefixed(limit: Terms.maximumByteCount))
    case 4: return .cancel(job: try readJob(&reader), by: try readKey(&reader))
    case 5: return .fund(job: try readJob(&reader), by: try readKey(&reader))
    case 6: return .accept(job: try readJob(&reader), by: try readKey(&reader))
    case 7:
      return .commit(
        job: try readJob(&reader), claim: try reader.readLengthPrefixed(limit: envelopeLimit))
    case 8: return .logged(job: try readJob(&reader), evidence: try LogEvidence(decoding: &reader))
    case 9:
      let job = try readJob(&reader)
      guard let role = RevealRole(rawValue: try reader.readString(limit: 32)) else {
        throw .notCanonical("expected the role of a reveal")
      }
      return .reveal(job: job, role: role, secret: try reader.readLengthPrefixed(limit: 64))
    case 10:
      return .verdict(
        job: try readJob(&reader),
        envelope: try reader.readLengthPrefixed(limit: envelopeLimit),
        evidence: try LogEvidence(decoding: &reader),
        nonce: try reader.readLengthPrefixed(limit: SealedAnswer.nonceByteCount))
    case 11: return .challenge(job: try readJob(&reader), by: try readKey(&reader))
    case 12: return .close(job: try readJob(&reader))
    case 13: return .expire(job: try readJob(&reader))
    case 14: return .heartbeat(job: try readJob(&reader), by: try readKey(&reader))
    case 15: return .stop(job: try readJob(&reader), by: try readKey(&reader))
    case 16: return .resume(job: try readJob(&reader), by: try readKey(&reader))
    case 17:
      return .answer(
        job: try readJob(&reader), by: try readKey(&reader), commitment: try readDigest(&reader))
    case 18:
      return .ruling(
        job: try readJob(&reader), envelope: try reader.readLengthPrefixed(limit: envelopeLimit),
        evidence: try LogEvidence(decoding: &reader))
    case 19:
      return .quarantine(
        job: try readJob(&reader), envelope: try reader.readLengthPrefixed(limit: envelopeLimit),
        evidence: try LogEvidence(decoding: &reader))
    default: return try readLaterAction(number, &reader)
    }
  }

  private static func readLaterAction(
    _ number: UInt8, _ reader: inout WireReader
  ) throws(WireError) -> Action {
    switch number {
    case 20:
      let (buyer, asset, amount) = try readMoney(&reader)
      return .authorise(
        buyer: buyer, agent: try readKey(&reader), asset: asset, amount: amount,
        jobs: try reader.readUInt32(), seconds: try reader.readUInt32())
    case 21: return .policy(feeMillionths: try reader.readUInt32())
    case 22:
      return .invite(
        terms: try reader.readLengthPrefixed(limit: Terms.maximumByteCount),
        by: try readKey(&reader), conditions: try BidConditions(decoding: &reader),
        seconds: try reader.readUInt32())
    case 23:
      let (job, party) = (try readJob(&reader), try readKey(&reader))
      return .bid(
        job: job, terms: try readDigest(&reader), by: party, price: try Amount(decoding: &reader),
        hardware: try Hardware(decoding: &reader),
        region: try reader.readString(limit: BidConditions.regionByteLimit),
        seconds: try reader.readUInt32())
    case 24: return .retract(job: try readJob(&reader), by: try readKey(&reader))
    case 25: return .match(job: try readJob(&reader))
    case 26:
      return .deliver(
        job: try readJob(&reader),
        key: try reader.readLengthPrefixed(limit: SealedHeader.keyByteCount))
    case 27:
      return .confirmData(
        job: try readJob(&reader), receipt: try reader.readLengthPrefixed(limit: envelopeLimit))
    default: throw .notCanonical("expected an action from 1 to 27, found \(number)")
    }
  }

  private static func write(
    _ party: VerifyingKey, _ asset: Asset, _ amount: Amount, to writer: inout WireWriter
  ) {
    writer.write(raw: party.bytes)
    writer.write(asset.id)
    writer.write(UInt8(asset.decimals))
    amount.write(to: &writer)
  }

  private static func write(
    _ number: UInt8, _ job: String, _ party: VerifyingKey, to writer: inout WireWriter
  ) {
    writer.write(number)
    writer.write(job)
    writer.write(raw: party.bytes)
  }

  private static func write(
    _ number: UInt8, _ job: String, _ envelope: [UInt8], _ evidence: LogEvidence,
    to writer: inout WireWriter
  ) {
    writer.write(number)
    writer.write(job)
    writer.write(lengthPrefixed: envelope)
    evidence.encode(to: &writer)
  }

  private static func readJob(_ reader: inout WireReader) throws(WireError) -> String {
    try reader.readString(limit: 64)
  }

  private static func readKey(_ reader: inout WireReader) throws(WireError) -> VerifyingKey {
    let bytes = try reader.readBytes(count: VerifyingKey.byteCount)
    do throws(CryptographyError) {
      return try VerifyingKey(bytes: bytes)
    } catch { throw .notCanonical("\(error)") }
  }

  private static func readDigest(_ reader: inout WireReader) throws(WireError) -> Digest {
    let bytes = try reader.readBytes(count: Digest.byteCount)
    do throws(CryptographyError) {
      return try Digest(bytes: bytes)
    } catch { throw .notCanonical("\(error)") }
  }

  private static func readMoney(
    _ reader: inout WireReader
  ) throws(WireError) -> (VerifyingKey, Asset, Amount) {
    let party = try readKey(&reader)
    let id = try reader.readString(limit: 32)
    let decimals = Int(try reader.readUInt8())
    let amount = try Amount(decoding: &reader)
    do throws(AccountingError) {
      return (party, try Asset(id: id, decimals: decimals), amount)
    } catch { throw .notCanonical("\(error)") }
  }
}

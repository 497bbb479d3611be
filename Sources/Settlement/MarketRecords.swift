public import AssayAccounting
package import AssayCryptography
public import AssayWire

/// What was asked for under a key, and what it gave.
package struct Answer: Hashable, Sendable {
  /// The hash of the request.
  package let request: Digest
  /// What it did.
  package let applied: Applied

  init(request: Digest, applied: Applied) {
    self.request = request
    self.applied = applied
  }

  /// The answer that an entry of a journal records.
  package init(_ entry: JournalEntry) throws(WireError) {
    request = Command.digest(ofEncoded: entry.command)
    applied = try Applied(decoding: entry.outcome)
  }
}

extension Answer: Record {
  package typealias Key = String
  package static let kind = "answer"

  package func encode(to writer: inout WireWriter) {
    request.encode(to: &writer)
    writer.write(lengthPrefixed: applied.encoded)
  }

  package init(decoding reader: inout WireReader) throws(WireError) {
    request = try Digest(decoding: &reader)
    applied = try Applied(decoding: try reader.readLengthPrefixed(limit: .max))
  }
}

/// A secret's hash stood in terms, so that the secret may be known.
struct UsedSecret: Hashable {}

extension UsedSecret: Record {
  typealias Key = Digest
  static let kind = "secret"
  static func name(of key: Digest) -> String { key.hex }

  func encode(to writer: inout WireWriter) {}
  init(decoding reader: inout WireReader) throws(WireError) {}
}

extension Invitation: Record {
  public typealias Key = String
  public static let kind = "invitation"
}

extension Reputation: Record {
  public static let kind = "reputation"
  public static func name(of key: Key) -> String {
    "\(key.provider)/\(key.verifier)/\(key.asset)"
  }
}

extension Terms: Record {
  public typealias Key = String
  public static let kind = "terms"

  public func encode(to writer: inout WireWriter) { writer.write(lengthPrefixed: bytes) }

  /// Reads terms whose rules were checked before they were written.
  public init(decoding reader: inout WireReader) throws(WireError) {
    try self.init(decodingKept: try reader.readLengthPrefixed(limit: Terms.maximumByteCount))
  }
}

extension Authorisation: Record {
  public static let kind = "authorisation"
  public static func name(of key: Key) -> String {
    "\(key.buyer)/\(key.agent)/\(key.asset)"
  }

  public func encode(to writer: inout WireWriter) {
    buyer.encode(to: &writer)
    agent.encode(to: &writer)
    asset.encode(to: &writer)
    amount.write(to: &writer)
    writer.write(jobs)
    writer.write(until)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    buyer = try VerifyingKey(decoding: &reader)
    agent = try VerifyingKey(decoding: &reader)
    asset = try Asset(decoding: &reader)
    amount = try Amount(decoding: &reader)
    jobs = try reader.readUInt32()
    until = try reader.readUInt64()
  }
}

extension MarketPolicy: Record {
  public typealias Key = String
  public static let kind = "policy"
  /// What the present policy is kept under.
  static let key = "present"

  public func encode(to writer: inout WireWriter) {
    writer.write(version)
    writer.write(UInt32(feeMillionths))
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    version = try reader.readUInt32()
    feeMillionths = Int(try reader.readUInt32())
  }
}

extension Applied: WireCodable {
  /// The canonical bytes.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    encode(to: &writer)
    return writer.bytes
  }

  public func encode(to writer: inout WireWriter) {
    writer.write("assay.applied.v1")
    writer.write(sequence)
    writer.write(time)
    writer.write(job ?? "")
    writer.write(phase?.rawValue ?? "")
    writer.write(UInt32(transfers.count))
    for transfer in transfers { writer.write(transfer.name) }
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    let version = try String(decoding: &reader)
    guard version == "assay.applied.v1" else {
      throw .notCanonical("expected an outcome of the version 1")
    }
    sequence = try reader.readUInt64()
    time = try reader.readUInt64()
    let (name, phaseName) = (try String(decoding: &reader), try String(decoding: &reader))
    job = name.isEmpty ? nil : name
    phase = PhaseName(rawValue: phaseName)
    var transfers: [TransferID] = []
    for _ in 0..<(try reader.readCount(limit: .max, elementByteCount: 4)) {
      let name = try String(decoding: &reader)
      guard let id = try? TransferID(name) else {
        throw .notCanonical("“\(name.prefix(40))” names no transfer")
      }
      transfers.append(id)
    }
    self.transfers = transfers
  }
}

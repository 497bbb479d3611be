public import AssayWire

extension Amount {
  /// Appends the 16 little-endian bytes.
  public func write(to writer: inout WireWriter) {
    writer.write(UInt64(truncatingIfNeeded: units))
    writer.write(UInt64(truncatingIfNeeded: units >> 64))
  }

  /// Reads 16 little-endian bytes.
  public init(decoding reader: inout WireReader) throws(WireError) {
    let low = try reader.readUInt64()
    let high = try reader.readUInt64()
    self.init(UInt128(high) << 64 | UInt128(low))
  }
}

extension AccountID {
  /// Reads a name.
  init(decoding reader: inout WireReader) throws(WireError) {
    let name = try reader.name()
    do throws(AccountingError) {
      try self.init(name)
    } catch { throw .notCanonical("\(error)") }
  }
}

extension TransferID {
  /// Reads a name.
  init(decoding reader: inout WireReader) throws(WireError) {
    let name = try reader.name()
    do throws(AccountingError) {
      try self.init(name)
    } catch { throw .notCanonical("\(error)") }
  }
}

extension WireReader {
  fileprivate mutating func name() throws(WireError) -> String { try readString(limit: 200) }
}

extension Asset: Record {
  public typealias Key = String
  public static let kind = "asset"

  /// Name, decimals.
  public func encode(to writer: inout WireWriter) {
    writer.write(id)
    writer.write(UInt8(decimals))
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    let (id, decimals) = (try reader.name(), try reader.readUInt8())
    do throws(AccountingError) {
      try self.init(id: id, decimals: Int(decimals))
    } catch { throw .notCanonical("\(error)") }
  }
}

extension Account: Record {
  public static let kind = "account"
  public static func name(of key: AccountID) -> String { key.name }

  /// Name, asset, limit, the four counters.
  public func encode(to writer: inout WireWriter) {
    writer.write(id.name)
    asset.encode(to: &writer)
    writer.write(limit.rawValue)
    for counter in [debitsPending, debitsPosted, creditsPending, creditsPosted] {
      Amount(counter).write(to: &writer)
    }
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    let (id, asset) = (try AccountID(decoding: &reader), try Asset(decoding: &reader))
    let byte = try reader.readUInt8()
    guard let limit = BalanceLimit(rawValue: byte) else {
      throw .notCanonical("no limit of a balance has the number \(byte)")
    }
    self.init(id: id, asset: asset, limit: limit)
    debitsPending = try Amount(decoding: &reader).units
    debitsPosted = try Amount(decoding: &reader).units
    creditsPending = try Amount(decoding: &reader).units
    creditsPosted = try Amount(decoding: &reader).units
  }
}

extension Transfer: Record {
  public static let kind = "transfer"
  public static func name(of key: TransferID) -> String { key.name }

  /// Name, time, kind, then what the kind has.
  public func encode(to writer: inout WireWriter) {
    writer.write(id.name)
    writer.write(time)
    switch action {
    case .move(let debit, let credit, let amount):
      writer.write(UInt8(1))
      writer.write(debit.name)
      writer.write(credit.name)
      amount.write(to: &writer)
    case .hold(let debit, let credit, let amount, let expiresAt):
      writer.write(UInt8(2))
      writer.write(debit.name)
      writer.write(credit.name)
      amount.write(to: &writer)
      expiresAt.encode(to: &writer)
    case .post(let hold, let amount):
      writer.write(UInt8(3))
      writer.write(hold.name)
      amount.write(to: &writer)
    case .void(let hold):
      writer.write(UInt8(4))
      writer.write(hold.name)
    case .expire(let hold):
      writer.write(UInt8(5))
      writer.write(hold.name)
    }
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    let (id, time) = (try TransferID(decoding: &reader), try reader.readUInt64())
    let action: Action
    switch try reader.readUInt8() {
    case 1:
      action = .move(
        debit: try AccountID(decoding: &reader), credit: try AccountID(decoding: &reader),
        amount: try Amount(decoding: &reader))
    case 2:
      action = .hold(
        debit: try AccountID(decoding: &reader), credit: try AccountID(decoding: &reader),
        amount: try Amount(decoding: &reader), expiresAt: try UInt64?(decoding: &reader))
    case 3:
      action = .post(
        hold: try TransferID(decoding: &reader), amount: try Amount(decoding: &reader))
    case 4: action = .void(hold: try TransferID(decoding: &reader))
    case 5: action = .expire(hold: try TransferID(decoding: &reader))
    case let byte: throw .notCanonical("no transfer is of the kind \(byte)")
    }
    self.init(id: id, action: action, time: time)
  }
}

extension Hold: Record {
  public static let kind = "hold"
  public static func name(of key: TransferID) -> String { key.name }

  /// Accounts, amount, end, and what became of it: nothing, posted with an amount, voided, expired.
  public func encode(to writer: inout WireWriter) {
    writer.write(debit.name)
    writer.write(credit.name)
    amount.write(to: &writer)
    expiresAt.encode(to: &writer)
    switch resolution {
    case nil: writer.write(UInt8(0))
    case .posted(let amount):
      writer.write(UInt8(1))
      amount.write(to: &writer)
    case .voided: writer.write(UInt8(2))
    case .expired: writer.write(UInt8(3))
    }
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    debit = try AccountID(decoding: &reader)
    credit = try AccountID(decoding: &reader)
    amount = try Amount(decoding: &reader)
    expiresAt = try UInt64?(decoding: &reader)
    switch try reader.readUInt8() {
    case 0: resolution = nil
    case 1: resolution = .posted(try Amount(decoding: &reader))
    case 2: resolution = .voided
    case 3: resolution = .expired
    case let byte: throw .notCanonical("no hold ends in the way \(byte)")
    }
  }
}

extension Ledger {
  /// The canonical bytes of the whole books: accounts in the order of their names, then transfers.
  ///
  /// Two ledgers have the same bytes exactly where they are equal; the holds follow from the
  /// transfers.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write("assay.ledger.v1")
    writer.write(UInt32(accounts.count))
    for account in accounts.values.sorted(by: { $0.id < $1.id }) {
      writer.write(lengthPrefixed: account.encoded)
    }
    writer.write(UInt64(transfers.count))
    for transfer in transfers { writer.write(lengthPrefixed: transfer.encoded) }
    return writer.bytes
  }
}

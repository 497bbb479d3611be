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

extension Account {
  /// The canonical bytes: name, asset, decimals, limit, the four counters.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write(id.name)
    writer.write(asset.id)
    writer.write(UInt8(asset.decimals))
    writer.write(limit.rawValue)
    for counter in [debitsPending, debitsPosted, creditsPending, creditsPosted] {
      Amount(counter).write(to: &writer)
    }
    return writer.bytes
  }
}

extension Transfer {
  /// The canonical bytes: name, time, kind, then what the kind has.
  public var encoded: [UInt8] {
    var writer = WireWriter()
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
      writer.write(UInt8(expiresAt == nil ? 0 : 1))
      if let expiresAt { writer.write(expiresAt) }
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
    return writer.bytes
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

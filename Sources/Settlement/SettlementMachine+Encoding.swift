internal import AssayAccounting
internal import AssayCryptography
internal import AssayWire

extension SettlementMachine {
  /// The canonical bytes of the whole state: two machines with the same bytes go on alike.
  ///
  /// For a machine whose state is in memory whole.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    writer.write("assay.settlement.v3")
    writer.write(lastTime)
    writer.write(sequence)
    writer.write(UInt32(jobs.count))
    for job in jobs.values.sorted(by: { $0.id < $1.id }) {
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

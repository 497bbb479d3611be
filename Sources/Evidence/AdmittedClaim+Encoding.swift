internal import AssayCryptography
internal import AssaySpecification
package import AssayWire

extension AdmittedClaim {
  /// Writes every field, into state that is kept.
  package func encode(to writer: inout WireWriter) {
    for digest in [identity, contents.terms, contents.spec, contents.dataRoot] {
      digest.encode(to: &writer)
    }
    for digest in [firstRoot, lastRoot, traceRoot, artefact] { digest.encode(to: &writer) }
    for number in [firstStep, lastStep, traceSize] { writer.write(number) }
    provider.encode(to: &writer)
    contents.job.encode(to: &writer)
    switch quality {
    case nil: writer.write(UInt8(0))
    case .accuracy(let correct, let rows):
      writer.write(UInt8(1))
      writer.write(correct)
      writer.write(rows)
    case .loss(let bits):
      writer.write(UInt8(2))
      writer.write(bits)
    }
    writer.write(UInt8(delivery == nil ? 0 : 1))
    delivery?.sealed.encode(to: &writer)
    delivery?.keyCommitment.encode(to: &writer)
  }

  /// Reads a claim that was admitted before it was written into state that is kept.
  ///
  /// - Soundness: no signature is checked. Who keeps the state vouches for this as for the rest.
  package init(decodingKept reader: inout WireReader) throws(WireError) {
    let identity = try Digest(decoding: &reader)
    let terms = try Digest(decoding: &reader)
    let spec = try Digest(decoding: &reader)
    let dataRoot = try Digest(decoding: &reader)
    let firstRoot = try Digest(decoding: &reader)
    let lastRoot = try Digest(decoding: &reader)
    let traceRoot = try Digest(decoding: &reader)
    let artefact = try Digest(decoding: &reader)
    let firstStep = try reader.readUInt64()
    let lastStep = try reader.readUInt64()
    let traceSize = try reader.readUInt64()
    let provider = try VerifyingKey(decoding: &reader)
    let job = try String(decoding: &reader)
    let quality: Quality? =
      switch try reader.readUInt8() {
      case 0: nil
      case 1: .accuracy(correct: try reader.readUInt64(), rows: try reader.readUInt64())
      case 2: .loss(bits: try reader.readUInt64())
      case let byte: throw .notCanonical("no quality is of the kind \(byte)")
      }
    var delivery: Delivery?
    if try reader.readUInt8() == 1 {
      delivery = Delivery(
        sealed: try Digest(decoding: &reader), keyCommitment: try Digest(decoding: &reader))
    }
    self.init(
      ProviderClaim(
        job: job, terms: terms, provider: provider, spec: spec, dataRoot: dataRoot,
        firstStep: firstStep, lastStep: lastStep, firstRoot: firstRoot, lastRoot: lastRoot,
        traceSize: traceSize, traceRoot: traceRoot, artefact: artefact, quality: quality,
        delivery: delivery),
      identity: identity)
  }
}

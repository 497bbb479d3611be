public import AssayCryptography
internal import AssayWire

/// The artefact as the buyer gets it: sealed, with a key that is released with the payment.
///
/// A claim that has one commits to both, so that whoever has artefact and key can tell whether the
/// sealed file is the artefact's.
public struct Delivery: Hashable, Sendable {
  /// SHA-256 of the sealed file.
  public let sealed: Digest
  /// What binds the provider to the file's key.
  public let keyCommitment: Digest

  /// A delivery as a claim names it.
  public init(sealed: Digest, keyCommitment: Digest) {
    self.sealed = sealed
    self.keyCommitment = keyCommitment
  }

  /// The delivery of an artefact with a key: the sealed file that has no recipients.
  ///
  /// - Parameter sink: is given the file's bytes, piece by piece.
  /// - Throws: `CryptographyError.byteCount` where the key has not 32 bytes.
  public init(
    sealing artefact: [UInt8], key: [UInt8], to sink: ([UInt8]) -> Void = { _ in }
  ) throws(CryptographyError) {
    let header = try SealedHeader(key: key)
    var cipher = try ChunkCipher(header, key: key)
    var hash = SHA256()
    func add(_ bytes: [UInt8], _ hash: inout SHA256) {
      hash.update(bytes)
      sink(bytes)
    }
    add(header.encoded, &hash)
    var start = 0
    repeat {
      let end = min(start + SealedHeader.chunkByteCount, artefact.count)
      add(cipher.seal(Array(artefact[start..<end]), isLast: end == artefact.count), &hash)
      start = end
    } while start < artefact.count
    sealed = hash.finalize()
    keyCommitment = header.commitment
  }

  init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    sealed = try fields.digest("sealed")
    keyCommitment = try fields.digest("keyCommitment")
    try fields.finish()
  }

  var json: JSONValue {
    .object(["sealed": .string(sealed.hex), "keyCommitment": .string(keyCommitment.hex)])
  }
}

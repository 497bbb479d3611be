public import AssayCryptography
internal import AssayWire

/// Cosignatures: C2SP tlog-cosignature v1, Ed25519.
///
/// A cosigner (which C2SP calls a witness) says with it that this is the largest head of the log
/// that it has seen by then, and that every head it saw before is a beginning of it. What is signed
/// is `cosignature/v1`, a line with the time, and the text of the note.
extension SignedTreeHead {
  private static let timeByteCount = 8

  /// Returns the head with one more signature.
  ///
  /// - Parameter time: seconds since 1970.
  /// - Throws: `MerkleError.note` when the name cannot stand in a note, `.wire` when the note would
  ///   be too long.
  public func cosigned(
    name: String, key: SigningKey, time: UInt64
  ) throws(MerkleError) -> SignedTreeHead {
    let noteKey = try NoteKey(name: name, key: key.verifyingKey, role: .cosigner)
    let bytes = (0..<Self.timeByteCount).map {
      UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0))
    }
    let value = Base64.encode(noteKey.id + bytes + key.sign(cosignedMessage(time: time)))
    return try SignedTreeHead(decoding: encoded + Array("— \(name) \(value)\n".utf8))
  }

  /// Returns the time of a cosigner's signature, the latest where it has several.
  ///
  /// - Returns: seconds since 1970, by the cosigner's clock.
  /// - Throws: `MerkleError.unsignedNote`, or `.invalidSignature` when any signature under this
  ///   name and key ID is wrong.
  public func cosignatureTime(
    name: String, key: VerifyingKey
  ) throws(MerkleError) -> UInt64 {
    var latest: UInt64 = 0
    for signature in try signatures(by: NoteKey(name: name, key: key, role: .cosigner)) {
      let time = signature.bytes.prefix(Self.timeByteCount).reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      let own = Array(signature.bytes.dropFirst(Self.timeByteCount))
      guard time <= UInt64(Int64.max), key.isValidSignature(own, for: cosignedMessage(time: time))
      else { throw .invalidSignature(keyName: name) }
      latest = max(latest, time)
    }
    return latest
  }

  /// A cosigner's key as `name+id+key`.
  ///
  /// - Throws: `MerkleError.note` for a name that cannot stand in a note.
  public static func cosignerKeyText(
    name: String, key: VerifyingKey
  ) throws(MerkleError) -> String {
    try NoteKey(name: name, key: key, role: .cosigner).text
  }

  private func cosignedMessage(time: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n".utf8) + text
  }
}

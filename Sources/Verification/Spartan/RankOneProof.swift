public import AssayAlgebra
public import AssayCryptography
internal import AssayWire

/// A file with a proof of rank-1 constraints: the circuit's digest, the public values, the proof.
public struct RankOneProof<F: BaseField>: Hashable, Sendable {
  /// `RankOneSystem.digest` of the circuit.
  public let circuit: Digest
  /// The public outputs and then the public inputs.
  public let publicValues: [F]
  public let proof: [UInt8]

  /// Collects a file's parts.
  public init(circuit: Digest, publicValues: [F], proof: [UInt8]) {
    self.circuit = circuit
    self.publicValues = publicValues
    self.proof = proof
  }

  /// The first bytes of every file.
  public static var magic: [UInt8] { Array("assay.rank-one-proof.v1\0".utf8) }
  /// The most bytes that a file may have.
  public static var byteCountLimit: Int { 256 << 20 }

  /// The file's bytes: magic, digest, the count of values (32 bits) and the values, the proof with
  /// its byte count (32 bits).
  public var bytes: [UInt8] {
    var writer = WireWriter()
    writer.write(raw: Self.magic)
    writer.write(raw: circuit.bytes)
    writer.write(UInt32(publicValues.count))
    for value in publicValues { writer.write(raw: value.canonicalBytes) }
    writer.write(lengthPrefixed: proof)
    return writer.bytes
  }

  /// Reads a file; nothing in it is checked yet but its form.
  public init(decoding bytes: [UInt8]) throws(ProofError) {
    do throws(WireError) {
      var reader = WireReader(bytes)
      guard try reader.readBytes(count: Self.magic.count) == Self.magic else {
        throw .notCanonical("such a proof starts with \"assay.rank-one-proof.v1\"")
      }
      let digest = try reader.readBytes(count: Digest.byteCount)
      do throws(CryptographyError) {
        circuit = try Digest(bytes: digest)
      } catch {
        throw .notCanonical("\(error)")
      }
      let count = Int(try reader.readUInt32())
      guard count <= bytes.count / F.byteCount else {
        throw .tooLong(limit: bytes.count / F.byteCount, found: count)
      }
      var values: [F] = []
      for place in 0..<count {
        guard let value = F(canonicalBytes: try reader.readBytes(count: F.byteCount)) else {
          throw .notCanonical("public value \(place) is not reduced")
        }
        values.append(value)
      }
      publicValues = values
      proof = try reader.readLengthPrefixed(limit: Self.byteCountLimit)
      try reader.finish()
    } catch {
      throw .malformed(error)
    }
  }
}

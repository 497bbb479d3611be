internal import AssayCryptography
internal import AssayWire

/// What the hash of an opened column starts with, after the prefix 0x00 of RFC 9162: 63 bytes that
/// say which matrix the column is from, so no leaf of one commitment can stand in another.
///
///     "assay.column.v1" ‖ level (1) ‖ rate bits (1) ‖ element bytes (1) ‖ code bits (1)
///     ‖ rows (8) ‖ layout digest (32) ‖ 1 where columns are hidden, else 0 (4)
///
/// Prefix and header fill exactly one block of SHA-256. The layout's digest is zero on levels above
/// 0, whose matrices follow from the parameters.
package enum LeafHeader {
  private static let tag = Array("assay.column.v1".utf8)

  /// The header of the columns of an oracle.
  package static func bytes(
    of layout: OracleLayout, rateBits: Int, elementByteCount: Int, isHidden: Bool = false,
    maskCount: Int = 0
  ) -> [UInt8] {
    bytes(
      level: 0, rateBits: rateBits, elementByteCount: elementByteCount,
      codeBits: layout.rowBits + rateBits, rowCount: layout.rowCount + maskCount,
      layout: layout.digest, isHidden: isHidden)
  }

  /// The header of the columns of a level above 0.
  package static func bytes(
    of code: CommitmentParameters.Code, elementByteCount: Int
  ) -> [UInt8] {
    bytes(
      level: code.level, rateBits: code.codeBits - code.messageBits,
      elementByteCount: elementByteCount, codeBits: code.codeBits, rowCount: code.rowCount,
      layout: .zero, isHidden: false)
  }

  private static func bytes(
    level: Int, rateBits: Int, elementByteCount: Int, codeBits: Int, rowCount: Int, layout: Digest,
    isHidden: Bool
  ) -> [UInt8] {
    var writer = WireWriter(reservingCapacity: 63)
    writer.write(raw: tag)
    for number in [level, rateBits, elementByteCount, codeBits] {
      writer.write(UInt8(truncatingIfNeeded: number))
    }
    writer.write(UInt64(rowCount))
    layout.encode(to: &writer)
    writer.write(UInt32(isHidden ? 1 : 0))
    return writer.bytes
  }
}

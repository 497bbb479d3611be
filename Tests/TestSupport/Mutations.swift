/// Ways of damaging bytes, each with a name for failure messages.
public enum Mutations {
  /// Returns the bytes with each bit flipped in turn.
  public static func bitFlips(of bytes: [UInt8]) -> [(name: String, bytes: [UInt8])] {
    (0..<8 * bytes.count).map { bit in
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      return ("bit \(bit % 8) of byte \(bit / 8) flipped", flipped)
    }
  }

  /// Returns every proper beginning of the bytes.
  public static func truncations(of bytes: [UInt8]) -> [(name: String, bytes: [UInt8])] {
    bytes.indices.map { ("cut to \($0) bytes", Array(bytes.prefix($0))) }
  }

  /// Returns the bytes with one to four random edits: replaced, removed, inserted or doubled.
  public static func edit(_ bytes: [UInt8], with generator: inout SeededGenerator) -> [UInt8] {
    var edited = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let position = Int.random(in: 0...edited.count, using: &generator)
      let length = min(
        Int.random(in: 1...8, using: &generator), edited.count - position)
      let range = position..<position + length
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: edited.replaceSubrange(range, with: generator.bytes(length))
      case 1: edited.removeSubrange(range)
      case 2: edited.insert(contentsOf: generator.bytes(length + 1), at: position)
      default: edited.insert(contentsOf: Array(edited[range]), at: position)
      }
    }
    return edited
  }
}

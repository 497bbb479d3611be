public import AssayAlgebra
public import AssayCryptography

/// What a verifier reads a proof's messages from, and draws challenges from: a `TranscriptReader`,
/// or what stands for it where challenges are chosen first, as in the simulation of a hiding proof.
public protocol MessageReader<K>: ~Copyable {
  /// The field of challenges.
  associatedtype K: ChallengeField

  /// Reads the digest that the next step sends.
  mutating func digest(_ label: String) throws(TranscriptError) -> Digest
  /// Reads the elements that the next step sends.
  mutating func elements(_ label: String) throws(TranscriptError) -> [K]
  /// Reads the masked elements that the next step sends.
  mutating func masked(_ label: String) throws(TranscriptError) -> [K]
  /// Reads the masked products or inverses that the next step sends.
  mutating func products(_ label: String) throws(TranscriptError) -> [K]
  /// Reads the opening that the next step sends.
  mutating func opening(_ label: String) throws(TranscriptError) -> [UInt8]
  /// Draws the elements of the next step.
  mutating func challenges(_ label: String) throws(TranscriptError) -> [K]
  /// Draws the one element of the next step.
  mutating func challenge(_ label: String) throws(TranscriptError) -> K
  /// Draws the indices of the next step.
  mutating func indices(_ label: String) throws(TranscriptError) -> [Int]
  /// Checks the puzzle of the next step.
  mutating func grind(_ label: String) throws(TranscriptError)
}

extension TranscriptReader: MessageReader {}

public import AssayWire

/// A value that is kept under a key, and has one form in bytes.
public protocol Record: Hashable, Sendable, WireCodable {
  /// What it is kept under.
  associatedtype Key: Hashable, Sendable
  /// The kind in one word, which no other record has.
  static var kind: String { get }
  /// The key as text; another key has another.
  static func name(of key: Key) -> String
}

extension Record where Key == String {
  public static func name(of key: Key) -> String { key }
}

/// Where records are that are not in memory.
///
/// What it gives for a key must not change while a value that reads from it is in use, save by that
/// value's own changes, handed on. It has no way to fail: whoever has one that can must ask
/// it afterwards, and throw away what was made of the answers.
public protocol RecordSource: AnyObject {
  /// The record that is kept under this name; nil where there is none.
  func record<Value: Record>(_ kind: Value.Type, named name: String) -> Value?
}

/// Records by their keys: all of them; or, with a source, those that were changed, and the others
/// are asked for there.
///
/// Two are equal where they hold the same in memory. Only where all are in memory may it be gone
/// through: whoever has a source asks that.
public struct Records<Value: Record>: Hashable, Sequence {
  /// What is in memory; nil for what is no more.
  private var held: [Value.Key: Value?] = [:]
  private let source: (any RecordSource)?

  /// None in memory; all the others in the source, if there is one.
  public init(from source: (any RecordSource)? = nil) { self.source = source }

  /// The record under a key; nil for none.
  public subscript(key: Value.Key) -> Value? {
    get { held[key] ?? source?.record(Value.self, named: Value.name(of: key)) }
    set {
      if newValue == nil, source == nil {
        held[key] = nil
      } else {
        held.updateValue(newValue, forKey: key)
      }
    }
  }

  /// Takes back what was set in memory.
  mutating func forget(_ key: Value.Key) { held.removeValue(forKey: key) }

  /// Hands on what was changed, sorted by name, for the source to take over; nil for what is to be
  /// removed.
  public mutating func takeChanges() -> [(name: String, value: Value?)] {
    defer { held = [:] }
    return held.map { (Value.name(of: $0.key), $0.value) }.sorted { $0.0 < $1.0 }
  }

  /// - Precondition: there is no source, as for all that is said of every record.
  public func makeIterator() -> some IteratorProtocol<(key: Value.Key, value: Value)> {
    precondition(source == nil, "not every \(Value.kind) is in memory; ask the store")
    return held.lazy.compactMap { entry in entry.value.map { (entry.key, $0) } }.makeIterator()
  }

  /// Every record.
  public var values: [Value] { map(\.value) }
  /// Every key.
  public var keys: [Value.Key] { map(\.key) }
  /// How many there are.
  public var count: Int { values.count }
  /// Whether there are none.
  public var isEmpty: Bool { count == 0 }

  public static func == (left: Self, right: Self) -> Bool { left.held == right.held }
  public func hash(into hasher: inout Hasher) { hasher.combine(held) }
}

/// One acknowledged command and what it gave, in the order in which it happened.
public struct JournalEntry: Hashable, Sendable {
  /// 0 for the first entry, one more for each next.
  public let sequence: UInt64
  /// The idempotency key under which it was asked for; unique in a journal.
  public let key: String
  /// The command's canonical bytes.
  public let command: [UInt8]
  /// The outcome's canonical bytes.
  public let outcome: [UInt8]
  /// When it was applied, in seconds.
  public let time: UInt64

  /// An entry to append.
  public init(sequence: UInt64, key: String, command: [UInt8], outcome: [UInt8], time: UInt64) {
    self.sequence = sequence
    self.key = key
    self.command = command
    self.outcome = outcome
    self.time = time
  }
}

/// Where acknowledged commands are kept, append-only.
///
/// Contract, which one suite of tests checks of every store: `append` returns only after the entry
/// is durable; an entry whose sequence is not the next one, or whose key is there already, is
/// refused by throwing and leaves the journal as it was; `entries()` gives what was appended, in
/// order; there is no way to change or remove an entry.
public protocol JournalStore {
  /// The number of entries, which is the next sequence.
  var count: UInt64 { get throws }
  /// Makes an entry durable.
  mutating func append(_ entry: JournalEntry) throws
  /// Every entry, in order.
  func entries() throws -> [JournalEntry]
}

/// Why a journal refused an entry.
public enum JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The entry is not the next one.
  case notNext(expected: UInt64, found: UInt64)
  /// An entry with this key is there.
  case keyExists(String)

  public var description: String {
    switch self {
    case .notNext(let expected, let found): "expected journal entry \(expected), found \(found)"
    case .keyExists(let key): "the journal has an entry with the key “\(key)”"
    }
  }
}

/// A journal that lives as long as the process: for tests and simulations.
public struct MemoryJournal: JournalStore, Hashable, Sendable {
  private var stored: [JournalEntry] = []
  private var keys: Set<String> = []

  /// An empty journal.
  public init() {}

  public var count: UInt64 { UInt64(stored.count) }

  public mutating func append(_ entry: JournalEntry) throws {
    guard entry.sequence == count else {
      throw JournalError.notNext(expected: count, found: entry.sequence)
    }
    guard keys.insert(entry.key).inserted else { throw JournalError.keyExists(entry.key) }
    stored.append(entry)
  }

  public func entries() throws -> [JournalEntry] { stored }
}

/// An operation on stored state that failed, with what to do about it.
public struct StorageError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The file cannot be opened or created.
    case cannotOpen
    /// The file is no database, or one of another program.
    case foreignFile
    /// The file was written by another version of the schema.
    case otherSchema
    /// The file's contents contradict themselves.
    case corrupt
    /// Another process holds the database.
    case busy
    /// The connection to the server was lost; whether a command was applied is not known.
    case connectionLost
    /// The disk is full or the file cannot be written.
    case cannotWrite
    /// What is to be kept is larger than may be.
    case tooLarge
    /// There is no such entry in the log.
    case notFound
  }

  /// What kind of failure it is.
  public let code: Code
  /// What was being done.
  public let operation: String
  /// What went wrong and how it may be remedied.
  public let message: String

  /// A failed operation.
  public init(_ code: Code, _ operation: String, _ message: String) {
    self.code = code
    self.operation = operation
    self.message = message
  }

  public var description: String { "\(operation): \(message)" }
}

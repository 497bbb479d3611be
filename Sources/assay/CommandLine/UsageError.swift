/// A command line that cannot be understood: one line of what is wrong, one of what to do.
struct UsageError: Error, Hashable, CustomStringConvertible {
  var message: String
  var hint: String?

  init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }

  var description: String { hint.map { "\(message)\n\($0)" } ?? message }
}

/// An operation that could not be carried out: what was tried, why it failed, what to do.
struct OperationError: Error, Hashable, CustomStringConvertible {
  var description: String

  init(_ description: String) {
    self.description = description
  }
}

/// A type whose values can be written on a command line.
protocol ArgumentValue: Sendable {
  /// What a value must look like, as it appears after "expected".
  static var expectation: String { get }

  /// The value that `argument` spells, or nil.
  init?(argument: String)

  /// How the value is shown in help.
  var argumentText: String { get }
}

extension String: ArgumentValue {
  static var expectation: String { "a text" }

  init?(argument: String) {
    self = argument
  }

  var argumentText: String { self }
}

extension ArgumentValue where Self: FixedWidthInteger {
  static var expectation: String { "a whole number from \(Self.min) to \(Self.max)" }

  init?(argument: String) {
    self.init(argument, radix: 10)
  }

  var argumentText: String { "\(self)" }
}

extension Int: ArgumentValue {}
extension UInt64: ArgumentValue {}
extension Int128: ArgumentValue {}
extension UInt128: ArgumentValue {}

extension Double: ArgumentValue {
  static var expectation: String { "a finite number" }

  init?(argument: String) {
    guard let value = Double(argument), value.isFinite else { return nil }
    self = value
  }

  var argumentText: String { "\(self)" }
}

extension ArgumentValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  static var expectation: String {
    "one of: " + allCases.map(\.rawValue).joined(separator: ", ")
  }

  init?(argument: String) {
    self.init(rawValue: argument)
  }

  var argumentText: String { rawValue }
}

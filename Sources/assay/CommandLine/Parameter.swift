/// One parameter of a command: its declaration, and the receiver of its text.
final class Parameter {
  enum Form { case option, flag, argument }

  let form: Form
  let valueName: String
  let help: String
  /// How help shows the value that is used when none is given.
  let defaultText: String?
  let isRequired: Bool
  let repeats: Bool
  /// Takes one value; returns what was expected instead when the text is not one.
  let accept: (String) -> Refusal?
  private(set) var occurrences = 0

  /// Why a value was not taken.
  struct Refusal {
    var expectation: String
  }

  init(
    _ form: Form, valueName: String = "", help: String, defaultText: String? = nil,
    isRequired: Bool = false, repeats: Bool = false, accept: @escaping (String) -> Refusal?
  ) {
    self.form = form
    self.valueName = valueName
    self.help = help
    self.defaultText = defaultText
    self.isRequired = isRequired
    self.repeats = repeats
    self.accept = accept
  }

  /// Takes one occurrence of the parameter, spelled `name` on the command line.
  func receive(_ text: String, name: String) throws(UsageError) {
    guard repeats || occurrences == 0 else {
      throw UsageError("\(name) is given twice.", hint: "Give it once.")
    }
    occurrences += 1
    if let refusal = accept(text) {
      throw UsageError("\(name): expected \(refusal.expectation), found '\(text)'.")
    }
  }
}

/// Where a parsed value waits until the command reads it.
final class ParameterStorage<Value> {
  var value: Value?

  init(_ value: Value?) {
    self.value = value
  }

  /// The value; the parser has made sure that there is one before a command runs.
  var current: Value {
    guard let value else { preconditionFailure("a parameter was read before it was parsed") }
    return value
  }
}

/// A stored property of a command that stands for a parameter.
protocol DeclaredParameter {
  var parameter: Parameter { get }
}

/// A parameter with the name it has on the command line.
struct NamedParameter {
  /// `checkpoint-interval`, without dashes in front.
  var name: String
  var parameter: Parameter

  /// How a message and a usage line call it: `--steps`, or `<run>`.
  var spelling: String {
    parameter.form == .argument ? "<\(name)>" : "--\(name)"
  }

  /// The parameters that a command declares, in the order of its properties.
  static func declared(by command: some Command) -> [NamedParameter] {
    declared(in: command)
  }

  private static func declared(in value: Any) -> [NamedParameter] {
    Mirror(reflecting: value).children.flatMap { child -> [NamedParameter] in
      if let group = child.value as? any OptionGroup { return declared(in: group) }
      guard let declared = child.value as? any DeclaredParameter, let label = child.label else {
        return []
      }
      return [NamedParameter(name: commandLineName(label), parameter: declared.parameter)]
    }
  }

  /// `_checkpointInterval`, the storage of a wrapped property, is `checkpoint-interval`.
  private static func commandLineName(_ label: String) -> String {
    label.drop(while: { $0 == "_" }).reduce(into: "") { name, character in
      name += character.isUppercase ? "-" + character.lowercased() : String(character)
    }
  }
}

/// Options that several commands share: a command takes them by storing the group as a property.
protocol OptionGroup {
  init()
}

/// `--name value`. Without a default and not optional, it must be given.
@propertyWrapper
struct Option<Value>: DeclaredParameter {
  let parameter: Parameter
  private let storage: ParameterStorage<Value>

  var wrappedValue: Value { storage.current }

  /// An option that must be given.
  init(_ valueName: String, help: String) where Value: ArgumentValue {
    let storage = ParameterStorage<Value>(nil)
    self.storage = storage
    parameter = Parameter(.option, valueName: valueName, help: help, isRequired: true) {
      store($0, Value.self) { storage.value = $0 }
    }
  }

  /// An option with a default.
  init(wrappedValue: Value, _ valueName: String, help: String) where Value: ArgumentValue {
    let storage = ParameterStorage<Value>(wrappedValue)
    self.storage = storage
    parameter = Parameter(
      .option, valueName: valueName, help: help, defaultText: wrappedValue.argumentText
    ) {
      store($0, Value.self) { storage.value = $0 }
    }
  }

  /// An option with a default whose value lies in `range`.
  init(wrappedValue: Value, _ valueName: String, in range: ClosedRange<Value>, help: String)
  where Value: ArgumentValue & Comparable {
    let storage = ParameterStorage<Value>(wrappedValue)
    self.storage = storage
    parameter = Parameter(
      .option, valueName: valueName, help: help, defaultText: wrappedValue.argumentText
    ) {
      store($0, Value.self, in: range) { storage.value = $0 }
    }
  }

  /// An option that must be given and whose value lies in `range`.
  init(_ valueName: String, in range: ClosedRange<Value>, help: String)
  where Value: ArgumentValue & Comparable {
    let storage = ParameterStorage<Value>(nil)
    self.storage = storage
    parameter = Parameter(.option, valueName: valueName, help: help, isRequired: true) {
      store($0, Value.self, in: range) { storage.value = $0 }
    }
  }

  /// An option that may be left out.
  init<Wrapped: ArgumentValue>(_ valueName: String, help: String) where Value == Wrapped? {
    let storage = ParameterStorage<Value>(.some(nil))
    self.storage = storage
    parameter = Parameter(.option, valueName: valueName, help: help) {
      store($0, Wrapped.self) { storage.value = .some($0) }
    }
  }

  /// An option that may be left out and whose value lies in `range`.
  init<Wrapped: ArgumentValue & Comparable>(
    _ valueName: String, in range: ClosedRange<Wrapped>, help: String
  ) where Value == Wrapped? {
    let storage = ParameterStorage<Value>(.some(nil))
    self.storage = storage
    parameter = Parameter(.option, valueName: valueName, help: help) {
      store($0, Wrapped.self, in: range) { storage.value = .some($0) }
    }
  }

  /// An option that may be given any number of times.
  init<Element: ArgumentValue>(_ valueName: String, help: String) where Value == [Element] {
    let storage = ParameterStorage<Value>([])
    self.storage = storage
    parameter = Parameter(.option, valueName: valueName, help: help, repeats: true) {
      store($0, Element.self) { storage.value?.append($0) }
    }
  }
}

/// `--name`, on or off.
@propertyWrapper
struct Flag: DeclaredParameter {
  let parameter: Parameter
  private let storage: ParameterStorage<Bool>

  var wrappedValue: Bool { storage.current }

  init(help: String) {
    let storage = ParameterStorage(false)
    self.storage = storage
    parameter = Parameter(.flag, help: help) { _ in
      storage.value = true
      return nil
    }
  }
}

/// A value that is known by its place: required, optional, or all that remain.
@propertyWrapper
struct Argument<Value>: DeclaredParameter {
  let parameter: Parameter
  private let storage: ParameterStorage<Value>

  var wrappedValue: Value { storage.current }

  /// A value that must be given.
  init(help: String) where Value: ArgumentValue {
    let storage = ParameterStorage<Value>(nil)
    self.storage = storage
    parameter = Parameter(.argument, help: help, isRequired: true) {
      store($0, Value.self) { storage.value = $0 }
    }
  }

  /// A value that may be left out.
  init<Wrapped: ArgumentValue>(help: String) where Value == Wrapped? {
    let storage = ParameterStorage<Value>(.some(nil))
    self.storage = storage
    parameter = Parameter(.argument, help: help) {
      store($0, Wrapped.self) { storage.value = .some($0) }
    }
  }

  /// All values that remain, at least one.
  init<Element: ArgumentValue>(help: String) where Value == [Element] {
    let storage = ParameterStorage<Value>([])
    self.storage = storage
    parameter = Parameter(.argument, help: help, isRequired: true, repeats: true) {
      store($0, Element.self) { storage.value?.append($0) }
    }
  }
}

/// Hands the value that `text` spells to `put`, or says what was expected.
private func store<Value: ArgumentValue>(
  _ text: String, _ type: Value.Type, _ put: (Value) -> Void
) -> Parameter.Refusal? {
  guard let value = Value(argument: text) else {
    return Parameter.Refusal(expectation: Value.expectation)
  }
  put(value)
  return nil
}

/// The same, for a value that must lie in `range`.
private func store<Value: ArgumentValue & Comparable>(
  _ text: String, _ type: Value.Type, in range: ClosedRange<Value>, _ put: (Value) -> Void
) -> Parameter.Refusal? {
  guard let value = Value(argument: text), range.contains(value) else {
    return Parameter.Refusal(
      expectation:
        "a number from \(range.lowerBound.argumentText) to \(range.upperBound.argumentText)")
  }
  put(value)
  return nil
}

internal import AssayAlgebra
internal import AssayCommitments
internal import AssayFieldVectors

extension RowMatrix {
  /// Arranges columns as the rows of an oracle, in the least type that holds all their values.
  ///
  /// - Precondition: the columns have the layout's shapes, and none has extension elements.
  init(stacking columns: [Values], layout: OracleLayout) {
    let kinds = columns.map(ValueKind.init)
    let kind = kinds.dropFirst().reduce(kinds[0]) { $0.joined(with: $1) }
    let values: Values =
      switch kind {
      case .unsigned(byteCount: 1): .uint8(Self.stack(columns, layout: layout))
      case .unsigned: .uint16(Self.stack(columns, layout: layout))
      case .signed(byteCount: 1): .int8(Self.stack(columns, layout: layout))
      case .signed(byteCount: 2): .int16(Self.stack(columns, layout: layout))
      case .signed(byteCount: 4): .int32(Self.stack(columns, layout: layout))
      case .signed: .int64(Self.stack(columns, layout: layout))
      case .element: .elements(Self.stackElements(columns, layout: layout))
      }
    self.init(values, rowBits: layout.rowBits)
  }

  private static func stack<Stored: FixedWidthInteger>(
    _ columns: [Values], layout: OracleLayout
  ) -> [Stored] {
    var stack = [Stored](repeating: 0, count: layout.rowCount << layout.rowBits)
    for (column, layout) in zip(columns, layout.columns) {
      switch column {
      case .int8(let values): copy(values, layout, to: &stack)
      case .uint8(let values): copy(values, layout, to: &stack)
      case .int16(let values): copy(values, layout, to: &stack)
      case .uint16(let values): copy(values, layout, to: &stack)
      case .int32(let values): copy(values, layout, to: &stack)
      case .int64(let values): copy(values, layout, to: &stack)
      case .elements, .extensions: preconditionFailure("integers were expected")
      }
    }
    return stack
  }

  private static func copy<Value: FixedWidthInteger, Stored: FixedWidthInteger>(
    _ values: [Value], _ layout: ColumnLayout, to stack: inout [Stored]
  ) {
    layout.forEachRun { source, target in
      for offset in 0..<source.count {
        stack[target + offset] = Stored(truncatingIfNeeded: values[source.lowerBound + offset])
      }
    }
  }

  private static func stackElements(
    _ columns: [Values], layout: OracleLayout
  ) -> [Goldilocks] {
    var stack = [Goldilocks](repeating: .zero, count: layout.rowCount << layout.rowBits)
    for (column, layout) in zip(columns, layout.columns) {
      let elements: [Goldilocks] =
        switch column {
        case .int8(let values): values.map { Goldilocks(Int64($0)) }
        case .uint8(let values): values.map { Goldilocks(Int64($0)) }
        case .int16(let values): values.map { Goldilocks(Int64($0)) }
        case .uint16(let values): values.map { Goldilocks(Int64($0)) }
        case .int32(let values): values.map { Goldilocks(Int64($0)) }
        case .int64(let values): values.map { Goldilocks($0) }
        case .elements(let values): values
        case .extensions: preconditionFailure("an oracle has no extension elements")
        }
      layout.forEachRun { source, target in
        for offset in 0..<source.count {
          stack[target + offset] = elements[source.lowerBound + offset]
        }
      }
    }
    return stack
  }
}

/// Which type values need.
private enum ValueKind: Equatable {
  case unsigned(byteCount: Int)
  case signed(byteCount: Int)
  case element

  init(_ values: RowMatrix.Values) {
    self =
      switch values {
      case .uint8: .unsigned(byteCount: 1)
      case .uint16: .unsigned(byteCount: 2)
      case .int8: .signed(byteCount: 1)
      case .int16: .signed(byteCount: 2)
      case .int32(let values): Self.least(of: values)
      case .int64(let values): Self.least(of: values)
      case .elements, .extensions: .element
      }
  }

  /// The least kind that holds all values: wide integers are often small numbers.
  private static func least<Value: FixedWidthInteger>(of values: [Value]) -> ValueKind {
    var (low, high) = (Value.zero, Value.zero)
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    if low == 0 && high <= UInt8.max { return .unsigned(byteCount: 1) }
    if low == 0 && high <= UInt16.max { return .unsigned(byteCount: 2) }
    if low >= Int8.min && high <= Int8.max { return .signed(byteCount: 1) }
    if low >= Int16.min && high <= Int16.max { return .signed(byteCount: 2) }
    return .signed(byteCount: low >= Int32.min && high <= Int32.max ? 4 : 8)
  }

  /// The least kind that holds the values of both.
  func joined(with other: ValueKind) -> ValueKind {
    switch (self, other) {
    case (.unsigned(let a), .unsigned(let b)): .unsigned(byteCount: max(a, b))
    case (.signed(let a), .signed(let b)): .signed(byteCount: max(a, b))
    case (.unsigned(let a), .signed(let b)), (.signed(let b), .unsigned(let a)):
      .signed(byteCount: max(2 * a, b))
    case (.element, _), (_, .element): .element
    }
  }
}

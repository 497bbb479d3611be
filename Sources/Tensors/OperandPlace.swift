internal import AssaySpecification

/// Elements at offset + Σ index·stride of a buffer.
package struct OperandPlace: Hashable, Sendable {
  package var offset: Int
  /// One for each extent of the operand.
  package var strides: [Int]

  /// One past the last element, or nil where a number is negative or too large.
  package func end(_ extents: [Int]) -> Int? {
    let limit = Shape.elementCountLimit
    guard strides.count == extents.count, (0..<limit).contains(offset) else { return nil }
    var end = offset + 1
    for (extent, stride) in zip(extents, strides) {
      guard extent >= 1, (0...limit).contains(stride) else { return nil }
      let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      guard !overflow, reach <= limit - end else { return nil }
      end += reach
    }
    return end
  }

  /// Whether no element lies at two indices: every stride steps over all that the smaller ones
  /// reach.
  ///
  /// - Precondition: `end` is not nil.
  func isInjective(_ extents: [Int]) -> Bool {
    var reach = 0
    for (extent, stride) in zip(extents, strides).sorted(by: { $0.1 < $1.1 }) where extent > 1 {
      guard stride > reach else { return false }
      reach += (extent - 1) * stride
    }
    return true
  }
}

extension Operand {
  /// Whether two operands of one buffer share no element, as far as their places show it.
  func isDisjoint(from other: Operand) -> Bool {
    guard let place, let otherPlace = other.place, let end = place.end(extents),
      let otherEnd = otherPlace.end(other.extents)
    else { return false }
    if end <= otherPlace.offset || otherEnd <= place.offset { return true }
    // Columns of the same rows, the row being the stride that both have in common.
    for row in Set(place.strides).intersection(otherPlace.strides).sorted() where row > 1 {
      if let columns = columns(in: row), let others = other.columns(in: row),
        !columns.overlaps(others)
      {
        return true
      }
    }
    return false
  }

  /// The columns of rows of `row` elements that the operand stays in; nil where it crosses rows.
  private func columns(in row: Int) -> Range<Int>? {
    guard let place else { return nil }
    let first = place.offset % row
    var last = first
    for (extent, stride) in zip(extents, place.strides) where stride % row != 0 {
      last += (extent - 1) * stride
    }
    guard last < row else { return nil }
    return first..<last + 1
  }
}

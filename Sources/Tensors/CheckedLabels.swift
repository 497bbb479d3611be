package import AssaySpecification

/// The labels, ids or places that an instruction reads and that must be in a range.
package struct CheckedLabels {
  package let buffer: BufferID
  let rows: Int
  let classCount: Int
  var ignored: Int32?

  /// The error that names the first label out of range; `label` reads one.
  package func firstWrong(_ label: (Int) -> Int32) -> BackendError? {
    for row in 0..<rows {
      let found = label(row)
      guard (0..<classCount).contains(Int(found)) || found == ignored else {
        return .labelOutOfRange(row: row, found: Int(found), classCount: classCount)
      }
    }
    return nil
  }
}

extension Instruction {
  /// What the instruction checks when it runs; nil where it reads no labels.
  package var checkedLabels: CheckedLabels? {
    switch self {
    case .softmaxCrossEntropy(_, let labels, _, _, let rows, let columns, let labelling),
      .softmaxCrossEntropyGradient(_, let labels, _, let rows, let columns, let labelling, _):
      CheckedLabels(
        buffer: labels, rows: rows, classCount: columns, ignored: labelling.ignored)
    case .sequence(.embed(_, let labels, _, let rows, let vocabulary, _)),
      .sequence(.embedGradient(let labels, _, _, let rows, let vocabulary, _)):
      CheckedLabels(buffer: labels, rows: rows, classCount: vocabulary)
    case .integer(.loss(_, let labels, _, _, let rows, let loss)):
      CheckedLabels(buffer: labels, rows: rows, classCount: loss.classCount)
    case .pooling(.maximumGradient(_, let indices, _), let geometry):
      // The place in the plane, of every output in turn.
      CheckedLabels(
        buffer: indices, rows: geometry.outputCount,
        classCount: geometry.height * geometry.width)
    default: nil
    }
  }
}

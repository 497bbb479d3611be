internal import AssaySpecification

extension Dataset {
  /// The most columns that a table may have.
  static let columnLimit = 1 << 20

  /// Reads a CSV file: one example in each record, features as float32.
  init(
    table file: FileContents, layout: TableLayout, target: DataDescription.Target?
  ) throws(DatasetError) {
    if case .nextToken = target {
      throw .unsupported(file: file.name, found: "a table of tokens", supported: "a text file")
    }
    let text = try file.content(limit: FileContents.byteCountLimit)
    var records = TableRecords(text, file: file.name)
    var fields: [TableRecords.Field] = []
    guard try records.next(&fields) else {
      throw .record(file: file.name, line: 1, column: nil, reason: "the file is empty")
    }
    var reader = try TableReader(
      file: file.name, header: fields, records: records, layout: layout, target: target)
    if !reader.hasHeader { try reader.add(fields, of: records, line: 1) }
    var line = records.line
    while try records.next(&fields) {
      try reader.add(fields, of: records, line: line)
      line = records.line
    }
    guard reader.exampleCount > 0 else {
      throw .record(file: file.name, line: line, column: nil, reason: "no record after the header")
    }
    let shape: Shape
    do throws(SpecificationError) {
      shape = try Shape([reader.featureCount])
    } catch {
      throw .header(file: file.name, reason: "\(error)")
    }
    try self.init(
      elementType: .float32, exampleShape: shape, contents: reader.contents,
      targets: reader.targets)
  }
}

/// Collects the records of a table.
private struct TableReader {
  let file: String
  let hasHeader: Bool
  let featureCount: Int
  private(set) var exampleCount = 0
  private(set) var contents: [UInt8] = []
  private let columnCount: Int
  private let targetColumns: [Int]
  private let isTarget: [Bool]
  private let target: DataDescription.Target?
  private var labels: [Int32] = []
  private var values: [Float] = []
  /// While the kind of target is still open, whether every one so far is a label.
  private var areLabels: Bool

  init(
    file: String, header: [TableRecords.Field], records: TableRecords, layout: TableLayout,
    target: DataDescription.Target?
  ) throws(DatasetError) {
    self.file = file
    self.target = target
    columnCount = header.count
    guard (2...Dataset.columnLimit).contains(columnCount) else {
      throw .record(
        file: file, line: 1, column: nil,
        reason: "expected 2 to \(Dataset.columnLimit) columns separated by commas, "
          + "found \(columnCount)")
    }
    hasHeader =
      switch layout.header {
      case .present: true
      case .absent: false
      case .detected: header.contains { records.number($0) == nil }
      }
    let names =
      hasHeader ? header.map(records.string) : (1...columnCount).map { "\($0)" }
    targetColumns = try Self.columns(layout.targets, among: names, file: file)
    var isTarget = [Bool](repeating: false, count: columnCount)
    for column in targetColumns { isTarget[column] = true }
    self.isTarget = isTarget
    featureCount = columnCount - targetColumns.count
    if case .values = target { areLabels = false } else { areLabels = targetColumns.count == 1 }
    if case .label = target, targetColumns.count != 1 {
      throw .parameter(
        name: "target columns", expected: "one column for a label",
        found: "\(targetColumns.count)")
    }
  }

  private static func columns(
    _ targets: TableLayout.TargetColumns, among names: [String], file: String
  ) throws(DatasetError) -> [Int] {
    guard case .named(let wanted) = targets else { return [names.count - 1] }
    var columns: [Int] = []
    for name in wanted {
      let matches = names.indices.filter { names[$0] == name }
      guard matches.count == 1, !columns.contains(matches[0]) else {
        let known = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
        throw .record(
          file: file, line: 1, column: nil,
          reason: "expected one target column named \"\(name)\", found "
            + "\(matches.isEmpty ? "none" : "it more than once"); the columns are \(known)")
      }
      columns.append(matches[0])
    }
    guard !columns.isEmpty, columns.count < names.count else {
      throw .parameter(
        name: "target columns", expected: "at least one, and at least one column left",
        found: "\(columns.count) of \(names.count)")
    }
    return columns
  }

  /// Adds one record as an example.
  mutating func add(
    _ fields: [TableRecords.Field], of records: TableRecords, line: Int
  ) throws(DatasetError) {
    guard fields.count == columnCount else {
      throw .record(
        file: file, line: line, column: nil,
        reason: "expected \(columnCount) fields, found \(fields.count)")
    }
    for column in fields.indices where !isTarget[column] {
      let number = try number(fields[column], of: records, line: line, column: column)
      contents.append(float32: number)
    }
    for column in targetColumns {
      let field = fields[column]
      if areLabels { try addLabel(field, of: records) }
      values.append(try number(field, of: records, line: line, column: column))
    }
    exampleCount += 1
  }

  private mutating func addLabel(
    _ field: TableRecords.Field, of records: TableRecords
  ) throws(DatasetError) {
    var classes = DataDescription.classLimit
    if case .label(let expected) = target { classes = expected }
    if let label = records.integer(field), (0..<classes).contains(label) {
      labels.append(Int32(label))
    } else if target == nil {
      areLabels = false
    } else {
      throw .labelOutOfRange(
        example: exampleCount, label: "\"\(records.string(field).prefix(20))\"", classes: classes)
    }
  }

  private func number(
    _ field: TableRecords.Field, of records: TableRecords, line: Int, column: Int
  ) throws(DatasetError) -> Float {
    guard let number = records.number(field) else {
      let found = String(records.string(field).prefix(20))
      throw .record(
        file: file, line: line, column: column + 1,
        reason: "expected a number within the range of float32, found \"\(found)\"")
    }
    return number
  }

  /// The targets of all examples.
  var targets: Dataset.Targets {
    guard areLabels else { return .values(values, perExample: targetColumns.count) }
    if case .label(let classes) = target { return .labels(labels, classes: classes) }
    return .labels(labels, classes: Dataset.classCount(of: labels))
  }
}

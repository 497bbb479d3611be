internal import AssayCircuits
internal import AssayCommitments
public import AssayCryptography
public import AssayDatasets
internal import AssayFieldVectors
internal import AssaySpecification
public import AssayVerification

/// The polynomial commitment to examples, as circuits read them: halved bytes, and labels one-hot.
public enum DataCommitment {
  /// The root that the `proof` object of an honest spec names.
  ///
  /// - Parameter secret: what hides the data where the spec wants that.
  /// - Throws: `ProofError.circuit` as for a setting, `.secretMissing`.
  public static func root(
    of dataset: Dataset, settings: SpecSettings, secret: Digest? = nil
  ) throws(ProofError) -> Digest {
    let steps = min(UInt64(settings.options.steps), settings.spec.interval)
    let setting = try settings.setting(stepCount: Int(steps))
    let root = settings.spec.data.root
    let key = secret.map { HidingKeys.data(secret: $0, root: root, setting: setting) }
    return try self.root(of: dataset, setting: setting, key: key)
  }

  /// The root that a spec's `proof` object names.
  ///
  /// - Parameter key: what hides the data where the setting wants that.
  /// - Throws: `ProofError.circuit` unless the examples are labelled bytes of the circuit's shapes,
  ///   `.secretMissing`.
  public static func root(
    of dataset: Dataset, setting: ProofSetting, key: Digest? = nil
  ) throws(ProofError) -> Digest {
    guard key != nil || !setting.isHiding else { throw .secretMissing }
    guard case .labels(let labels, let classes) = dataset.targets else {
      throw .circuit(
        .unsupported(what: "data without labels", instead: "train on labelled bytes"))
    }
    let examples = ExampleValues(
      bytes: dataset.contents, labels: labels.map { Int($0) })
    let oneHot = examples.oneHotLabels(classCount: classes)
    let columns = setting.circuit.columns(of: .data)
    let found = [dataset.contents.count, oneHot.count]
    for (column, count) in zip(columns, found) where column.elementCount != count {
      throw .circuit(
        .columnCount(column: column.name, expected: column.elementCount, found: count))
    }
    return GoldilocksArithmetic().root(
      of: [.uint8(dataset.contents.map { $0 >> 1 }), .uint8(oneHot)],
      layout: setting.layouts[.data],
      rateBits: setting.rows.dataRateBits,
      blinding: setting.isHiding
        ? key.map {
          Blinding(
            key: $0,
            tailCount: setting.openingCount(of: .data) * setting.parameters.rowCodes[0].queries)
        } : nil)
  }
}

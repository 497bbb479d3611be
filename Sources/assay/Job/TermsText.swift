internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement
internal import AssayWire

/// What terms say and promise, for people and for programs.
enum TermsText {
  static func print(_ terms: Terms, _ console: Console, file: String) throws {
    let contents = terms.contents
    let policy = contents.evidence
    let intervals = terms.intervalCount
    let drawn = policy.drawnCount(of: intervals)
    try console.print("terms        \(file)")
    try console.print("identity     \(terms.digest)")
    try console.print("job          \(contents.job)")
    try console.print(
      "money        price \(contents.asset.format(contents.price)), fee "
        + "\(contents.asset.format(contents.fee)), stake \(contents.asset.format(contents.stake))")
    if let quality = contents.quality {
      try console.print(
        "quality      \(quality) for the price, else "
          + "\(contents.asset.format(quality.lowerPrice))")
    }
    try console.print(
      "evidence     \(drawn) of \(intervals) intervals \(policy.method.participle), against "
        + "\(adversary(policy))")
    if let hardware = policy.hardware {
      try console.print("             executed again on \(hardware.words)")
    }
    if policy.method.admitsProofs {
      try console.print(
        "             a proved interval is right, except with the probability that "
          + "`assay circuit inspect` shows")
    }
    if let delivery = contents.delivery {
      try console.print(
        "delivery     sealed, the key within \(delivery.seconds) s for the payment")
    }
    try console.print("detection    false intervals   probability of being found")
    let table = Detection.table(intervals: intervals, drawn: drawn)
    for row in table {
      try console.print(
        "             \(pad("\(row.falseIntervals) of \(row.intervals)", 18))\(row.detection)")
    }
    let deterrence = terms.deterrence
    try console.print(
      "deterrence   \(deterrence.holds ? "holds" : "FAILS, the terms will not be accepted")")
    try console.print("             \(deterrence)")
    try console.json(json(terms, table, deterrence, file: file))
  }

  private static func adversary(_ policy: EvidencePolicy) -> String {
    switch policy.adversary {
    case .lazy(let fraction):
      "a provider that leaves out at least \(Probability(millionths: fraction))"
    case .targeted: "a provider that falsifies one interval"
    }
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private static func json(
    _ terms: Terms, _ table: [DetectionRow], _ deterrence: Deterrence, file: String
  ) -> JSONValue {
    .object([
      "terms": .string(file), "identity": .string(terms.digest.hex),
      "job": .string(terms.contents.job), "intervals": .integer(terms.intervalCount),
      "drawn": .integer(deterrence.drawn),
      "evidence": terms.contents.evidence.json,
      "detection": .array(
        table.map { row in
          .object([
            "falseIntervals": .integer(row.falseIntervals),
            "detectionMillionths": .integer(row.detection.roundedMillionths),
          ])
        }),
      "deterrence": .object([
        "holds": .bool(deterrence.holds), "forfeit": .string("\(deterrence.forfeit)"),
        "workCost": .string("\(deterrence.workCost)"),
        "outsideGain": .string("\(deterrence.outsideGain)"),
      ]),
    ])
  }
}

extension HardwareRequirement {
  /// What it asks for, in words.
  var words: String {
    switch self {
    case .gpu: "a graphics processor"
    case .differing: "two kinds of hardware"
    }
  }
}

extension EvidenceMethod {
  /// What was done with an interval that rests on it.
  var participle: String {
    switch self {
    case .recompute: "executed again"
    case .proof: "proved"
    case .either: "proved or executed again"
    case .both: "proved and executed again"
    }
  }
}

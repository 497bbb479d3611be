internal import AssayWire

extension [IntegerRate] {
  /// Reads the member `rates`.
  init(fields: inout JSONFields) throws(WireError) {
    self = []
    for var entry in try fields.objects("rates") {
      append(
        IntegerRate(
          from: try entry.uint64("from"), rate: try entry.integer("rate", in: 0...1 << 24 - 1)))
      try entry.finish()
    }
    try fields.finish()
    let isAscending = zip(self, dropFirst()).allSatisfy { $0.from < $1.from }
    guard first?.from == 1, isAscending, count <= 1 << 16 else {
      throw fields.failure(
        "rates", "expected 1 to 65,536 rates, the first from step 1, ascending by \"from\"")
    }
  }

  var json: JSONValue {
    .array(
      map { .object(["from": .integer($0.from), "rate": .integer($0.rate)]) })
  }
}

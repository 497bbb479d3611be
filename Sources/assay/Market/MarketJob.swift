internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement
internal import AssayWire

/// A job as the service shows it: what of it is believed is checked elsewhere.
struct MarketJob {
  let name: String
  let state: PhaseName
  let spec: Digest
  let provider: String?
  let awaiting: RevealRole?
  let verifiedStep: UInt64
  /// The root of the last verified state; nil where the spec gives it.
  let verifiedRoot: Digest?
  let acceptedClaims: Int
  let verdict: String?
  let ending: String?
  let settlement: String?

  init(_ object: JSONFields) throws {
    var fields = object
    name = try fields.string("job")
    // It becomes the name of a folder.
    guard !name.hasPrefix("."), !name.contains("/"), (1...64).contains(name.utf8.count) else {
      throw OperationError("the service shows a job of a strange name.")
    }
    let state = try fields.string("state")
    guard let phase = PhaseName(rawValue: state) else {
      throw OperationError("the service shows a state that is not known here: \(state).")
    }
    self.state = phase
    spec = try Digest(hex: try fields.string("spec"))
    provider = try fields.optionalString("provider")
    awaiting = try fields.optionalString("awaiting").flatMap { RevealRole(rawValue: $0) }
    verifiedStep = try fields.uint64("verifiedStep")
    verifiedRoot = try fields.optionalString("verifiedRoot").map { try Digest(hex: $0) }
    acceptedClaims = try fields.integer("acceptedClaims", in: 0...Int.max)
    verdict = try fields.optionalString("verdict")
    ending = try fields.optionalString("ending")
    settlement = try fields.optionalString("settlement")
  }
}

extension ServiceClient {
  /// The jobs in a state that the key may see, the newest first.
  func jobs(in state: PhaseName) throws -> [MarketJob] {
    var fields = try fields("/v1/jobs?state=\(state.rawValue)&limit=200")
    return try fields.objects("jobs").map { try MarketJob($0) }
  }

  /// One job.
  func job(_ name: String) throws -> MarketJob { try MarketJob(try fields("/v1/jobs/\(name)")) }

  /// The terms of a job.
  func terms(of job: String) throws -> Terms {
    guard let bytes = try get("/v1/jobs/\(job)/terms") else {
      throw OperationError("there is no job '\(job)'.")
    }
    return try Terms(decoding: bytes)
  }
}

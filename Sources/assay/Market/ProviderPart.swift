internal import AssayCryptography
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayWire

/// The part of a job that a provider claims at once, and where it is kept.
struct Part {
  let folder: String
  let spec: Spec
  let terms: Terms
  let firstStep: UInt64
  let lastStep: UInt64
  private let data: [String: String]
  /// The words that say what state to start from; none where that is the spec's first one.
  let start: [String]

  var run: String { "\(folder)/run" }
  var claim: String { "\(folder)/claim.json" }
  var specFile: String { "\(folder)/../spec.json" }
  var termsFile: String { "\(folder)/../terms.json" }
  private var wholeFile: String { "\(folder)/whole" }

  /// Fetches what is not there yet.
  init(_ job: MarketJob, _ client: ServiceClient, folder: String) throws {
    let place = "\(folder)/\(job.name)"
    self.folder = "\(place)/\(job.verifiedStep)"
    try FileAccess.makeFolder(self.folder)
    if !FileAccess.exists("\(place)/terms.json") {
      try client.save("terms", of: job.name, to: "\(place)/terms.json")
    }
    terms = try InputFiles.terms("\(place)/terms.json")
    let work = terms.contents.work
    if !FileAccess.exists("\(place)/spec.json") {
      try FileAccess.write(client.evidence(work.spec), to: "\(place)/spec.json")
    }
    spec = try InputFiles.spec("\(place)/spec.json")
    guard spec.digest == work.spec else {
      throw OperationError("'\(place)/spec.json' is not the spec of '\(job.name)'.")
    }
    let buyer = Hex.encode(terms.contents.parties.buyer.bytes)
    data = try DataFiles.fetch(of: job.name, buyer: buyer, to: place, client)
    firstStep = job.verifiedStep
    var last = work.lastStep
    if let claims = terms.contents.continuity?.claims, claims > job.acceptedClaims + 1,
      !FileAccess.exists("\(self.folder)/whole"), last > firstStep
    {
      // As many equal parts as there may be claims, each of whole intervals.
      let left = UInt64(claims - job.acceptedClaims)
      let intervals = (last - firstStep - 1) / work.interval + 1
      last = min(last, firstStep + ((intervals - 1) / left + 1) * work.interval)
    }
    lastStep = last
    start = try Self.start(of: job, in: self.folder, client)
  }

  /// How often the terms want to hear of a provider; nil where they do not.
  var heartbeatSeconds: Int? { terms.contents.continuity?.heartbeatSeconds }

  /// Whether it reaches the end of the work.
  var isWhole: Bool { lastStep == terms.contents.work.lastStep }

  /// Claims the rest of the work in one from now on.
  func makeWhole() throws {
    try FileAccess.write([], to: wholeFile)
    FileAccess.remove(claim)
  }

  /// The words that name files for some options of a command.
  func words(for options: [String]) -> [String] {
    options.flatMap { option in data[option].map { ["--\(option)", $0] } ?? [] }
  }

  /// Fetches the verified state that the part starts from, and the claim that ends in it.
  private static func start(
    of job: MarketJob, in folder: String, _ client: ServiceClient
  ) throws -> [String] {
    guard let root = job.verifiedRoot else { return [] }
    let files = try client.files(of: job.name).filter(\.isWhole)
    let claim = "\(folder)/previous.json"
    guard
      let previous = try client.fetchClaim(
        endingIn: root, step: job.verifiedStep, of: job.name, among: files, to: claim),
      let file = files.last(where: { $0.digest == previous.artefact })
    else {
      throw OperationError(
        "nobody has put the state after step \(job.verifiedStep) beside '\(job.name)'.")
    }
    let state = "\(folder)/start.safetensors"
    try client.download(file, of: job.name, to: state)
    return ["--from", state, "--previous", claim]
  }
}

extension ServiceClient {
  /// Fetches the signed claim that ends in a state; whoever put it there, the root says that it is
  /// the one. Nil where there is none.
  func fetchClaim(
    endingIn root: Digest, step: UInt64, of job: String, among files: [MarketFile],
    to path: String
  ) throws -> ProviderClaim? {
    for file in files.reversed() where file.name == "claim-\(step).json" {
      try download(file, of: job, to: path)
      if let claim = try? InputFiles.claim(path), claim.lastStep == step, claim.lastRoot == root {
        return claim
      }
    }
    return nil
  }
}

public import AssayCryptography
public import AssayWire

/// What evidence the terms ask for: of how many intervals, of which kind, against whom.
///
///     {"method":"recompute","intervals":44,"adversary":"lazy",
///      "fractionMillionths":100000,"confidenceMillionths":990000}
///     {"method":"recompute","intervals":"every","adversary":"targeted",
///      "confidenceMillionths":1000000}
///
///     {"method":"proof","intervals":"every","adversary":"targeted","confidenceMillionths":1000000}
///     {"method":"recompute","intervals":"every","adversary":"targeted",
///      "confidenceMillionths":1000000,"hardware":"gpu"}
///
/// A policy names its adversary and promises how likely that adversary is found; `check` refuses
/// a policy whose draws do not keep the promise. Its identity is a hash of the canonical form.
public struct EvidencePolicy: Hashable, Sendable {
  /// Which intervals are looked at.
  public enum Selection: Hashable, Sendable {
    /// So many, drawn after the claim was logged.
    case drawn(Int)
    /// Every one.
    case every
  }

  /// The most intervals that a policy may draw rather than take every one.
  public static let drawnLimit = 1 << 16
  /// The most intervals that a policy under which proofs count may draw or take: a verdict lists
  /// each proof.
  public static let provedLimit = 1 << 12

  /// Whom the policy is made against.
  public enum Adversary: Hashable, Sendable {
    /// A provider that leaves out at least this fraction of the work, in millionths.
    case lazy(fractionMillionths: Int)
    /// A provider that falsifies a single interval.
    case targeted
  }

  /// What each of them must rest on.
  public let method: EvidenceMethod
  /// Which intervals are looked at.
  public let selection: Selection
  /// Against whom.
  public let adversary: Adversary
  /// The least probability with which that adversary is found, in millionths.
  public let confidenceMillionths: Int
  /// What they must be executed again on; nil where any hardware will do.
  public let hardware: HardwareRequirement?

  /// A policy.
  ///
  /// - Precondition: drawn counts from 1 to `drawnLimit`, a fraction from 1 to
  ///   1,000,000 and a confidence from 0 to 1,000,000 millionths.
  public init(
    method: EvidenceMethod = .recompute, selection: Selection, adversary: Adversary,
    confidenceMillionths: Int, hardware: HardwareRequirement? = nil
  ) {
    if case .drawn(let count) = selection {
      precondition((1...EvidencePolicy.drawnLimit).contains(count), "1 to 65,536 draws")
    }
    if case .lazy(let fraction) = adversary {
      precondition((1...1_000_000).contains(fraction), "a fraction is above 0 and at most 1")
    }
    precondition((0...1_000_000).contains(confidenceMillionths), "a probability is at most one")
    self.method = method
    self.selection = selection
    self.adversary = adversary
    self.confidenceMillionths = confidenceMillionths
    self.hardware = hardware
  }

  /// Reads a policy as it stands in terms and challenges.
  public init(_ value: JSONValue, path: String = "evidence") throws(WireError) {
    var fields = try JSONFields(value, path: path)
    method = try fields.choice("method", as: EvidenceMethod.self)
    if case .string(let text)? = fields.optionalValue("intervals") {
      guard text == "every" else {
        throw fields.failure(
          "intervals", "expected a number or “every”, found “\(text.prefix(60))”")
      }
      selection = .every
    } else {
      selection = .drawn(try fields.integer("intervals", in: 1...EvidencePolicy.drawnLimit))
    }
    switch try fields.string("adversary") {
    case "lazy":
      adversary = .lazy(
        fractionMillionths: try fields.integer("fractionMillionths", in: 1...1_000_000))
    case "targeted": adversary = .targeted
    case let other:
      throw fields.failure(
        "adversary", "expected “lazy” or “targeted”, found “\(other.prefix(60))”")
    }
    confidenceMillionths = try fields.integer("confidenceMillionths", in: 0...1_000_000)
    hardware =
      fields.contains("hardware")
      ? try fields.choice("hardware", as: HardwareRequirement.self) : nil
    try fields.finish()
  }

  /// The policy in its one JSON form.
  public var json: JSONValue {
    var members = [JSONMember(name: "method", value: .string(method.rawValue))]
    switch selection {
    case .drawn(let count): members.append(JSONMember(name: "intervals", value: .integer(count)))
    case .every: members.append(JSONMember(name: "intervals", value: .string("every")))
    }
    switch adversary {
    case .lazy(let fraction):
      members.append(JSONMember(name: "adversary", value: .string("lazy")))
      members.append(JSONMember(name: "fractionMillionths", value: .integer(fraction)))
    case .targeted: members.append(JSONMember(name: "adversary", value: .string("targeted")))
    }
    members.append(
      JSONMember(name: "confidenceMillionths", value: .integer(confidenceMillionths)))
    if let hardware {
      members.append(JSONMember(name: "hardware", value: .string(hardware.rawValue)))
    }
    return .object(members)
  }

  /// The policy's identity: a hash of its compact JSON form.
  public var digest: Digest {
    SHA256.digest(domain: "assay/evidence-policy/v1", [json.serialized()])
  }

  /// How many intervals are looked at, of so many: where a claim has fewer than are to be drawn,
  /// every one.
  public func drawnCount(of intervals: Int) -> Int {
    switch selection {
    case .drawn(let count): min(count, intervals)
    case .every: intervals
    }
  }

  /// How many are looked at in a round of verifiers after the first: as many more as in that one.
  func drawnCount(of intervals: Int, round: Int) -> Int {
    let first = drawnCount(of: intervals)
    let limit = method.admitsProofs ? max(first, EvidencePolicy.provedLimit) : intervals
    let (count, overflow) = first.multipliedReportingOverflow(by: round + 1)
    return overflow ? min(intervals, limit) : min(intervals, limit, count)
  }

  /// How many false intervals the policy's adversary has, of so many.
  public func falseIntervals(of intervals: Int) -> Int {
    switch adversary {
    case .lazy(let fraction): Detection.falseIntervals(of: intervals, millionths: fraction)
    case .targeted: 1
    }
  }

  /// Refuses a policy that draws more than there is, that does not find its adversary with the
  /// probability that it promises, or that asks for hardware where nothing need be executed.
  public func check(intervals: Int) throws(EvidenceError) {
    if case .drawn(let count) = selection, count > intervals {
      throw .drawSize(intervals: intervals, drawn: count)
    }
    try checkPromise(intervals: intervals)
  }

  /// Refuses a policy that does not find its adversary among so many intervals, fewer than are to
  /// be drawn perhaps, with the probability that it promises.
  public func checkPromise(intervals: Int) throws(EvidenceError) {
    let drawn = drawnCount(of: intervals)
    guard (1...Detection.intervalLimit).contains(intervals) else {
      throw .drawSize(intervals: intervals, drawn: drawn)
    }
    guard hardware == nil || !method.isEnough(executed: false, proved: true) else {
      throw .hardwareWithoutExecution(method)
    }
    guard !method.admitsProofs || drawn <= EvidencePolicy.provedLimit else {
      throw .proof(.tooMany(limit: EvidencePolicy.provedLimit, found: drawn))
    }
    let count = falseIntervals(of: intervals)
    let given = Detection.probability(
      intervals: intervals, drawn: drawn, falseIntervals: count)
    let promised = Probability(millionths: confidenceMillionths)
    guard given >= promised else {
      throw .promiseNotKept(promised: promised, given: given, falseIntervals: count)
    }
  }
}

public import AssayCryptography
public import AssayWire

/// How near is near enough, and which intervals are looked at: declared before the draw.
///
///     {"version":1,"class":"TOLERANCE","intervals":4,
///      "bounds":[{"group":"model","distance":"l2","reference":12.5,"threshold":0.01}],
///      "ignored":[],"admitsUninformative":false,"firstState":"…"}
///
/// `firstState`, which may be left out, is the identity of the state that training starts from.
/// A distance is accepted up to threshold · reference. The reference is what the papers call d_ref:
/// the distance between the last states of honest runs from different seeds.
public struct TolerancePolicy: Hashable, Sendable {
  /// Which intervals are executed again.
  public enum Selection: Hashable, Sendable {
    /// So many, drawn from secrets that the provider did not know.
    case drawn(Int)
    case every
    /// The so many largest updates by each bound's distance, which the provider can foresee.
    case largest(Int)
  }

  /// The largest distance that is accepted in a group of tensors.
  public struct Bound: Hashable, Sendable {
    public let group: String
    public let distance: Distance
    /// The distance that counts as one; positive.
    public let reference: Double
    /// The fraction of it that is accepted.
    public let threshold: Double

    /// A bound.
    ///
    /// - Precondition: a positive finite reference, a threshold that is finite and at least 0.
    public init(group: String, distance: Distance, reference: Double, threshold: Double) {
      precondition(reference > 0 && reference.isFinite, "a positive reference")
      precondition(threshold >= 0 && threshold.isFinite, "a threshold from 0")
      self.group = group
      self.distance = distance
      self.reference = reference
      self.threshold = threshold
    }
  }

  public static let byteCountLimit = 1 << 20
  private static let boundLimit = 256

  public let selection: Selection
  public let bounds: [Bound]
  /// Groups of which nothing is asked.
  public let ignored: [String]
  /// Whether an interval counts whose start already lies within the tolerance of its end.
  public let admitsUninformative: Bool
  /// The identity of the only first state that is accepted; nil where the provider may start from
  /// any.
  public let firstState: Digest?

  /// A policy.
  public init(
    selection: Selection, bounds: [Bound], ignored: [String] = [],
    admitsUninformative: Bool = false, firstState: Digest? = nil
  ) {
    self.selection = selection
    self.bounds = bounds
    self.ignored = ignored
    self.admitsUninformative = admitsUninformative
    self.firstState = firstState
  }

  /// Reads a policy file.
  public init(decoding bytes: [UInt8]) throws(ToleranceError) {
    do throws(WireError) {
      try self.init(
        JSONValue.parse(bytes, maximumByteCount: Self.byteCountLimit), path: "")
    } catch { throw .malformed(error) }
  }

  init(_ value: JSONValue, path: String) throws(WireError) {
    var fields = try JSONFields(value, path: path)
    _ = try fields.integer("version", in: 1...1)
    guard try fields.string("class") == "TOLERANCE" else {
      throw fields.failure("class", "expected TOLERANCE")
    }
    let limit = 1...TraceManifest.checkpointLimit
    switch try fields.value("intervals") {
    case .string("every"): selection = .every
    case .object(let members):
      var inner = try JSONFields(.object(members), path: fields.path(of: "intervals"))
      selection = .largest(try inner.integer("largest", in: limit))
      try inner.finish()
    case .number: selection = .drawn(try fields.integer("intervals", in: limit))
    default:
      throw fields.failure("intervals", "expected a number, “every” or {\"largest\": number}")
    }
    var bounds: [Bound] = []
    for var entry in try fields.objects("bounds") {
      bounds.append(try Bound(&entry))
      try entry.finish()
    }
    guard (1...Self.boundLimit).contains(bounds.count) else {
      throw fields.failure("bounds", "expected 1 to \(Self.boundLimit), found \(bounds.count)")
    }
    self.bounds = bounds
    var ignored: [String] = []
    for value in try fields.array("ignored") {
      guard case .string(let group) = value, !bounds.contains(where: { $0.group == group }) else {
        throw fields.failure("ignored", "expected names of groups that have no bound")
      }
      ignored.append(group)
    }
    self.ignored = ignored
    admitsUninformative = try fields.bool("admitsUninformative")
    firstState = try fields.optionalDigest("firstState")
    try fields.finish()
  }

  /// The policy in its one JSON form.
  public var json: JSONValue {
    let intervals: JSONValue =
      switch selection {
      case .drawn(let count): .integer(count)
      case .every: .string("every")
      case .largest(let count): .object(["largest": .integer(count)])
      }
    var members = [
      JSONMember(name: "version", value: .integer(1)),
      JSONMember(name: "class", value: .string("TOLERANCE")),
      JSONMember(name: "intervals", value: intervals),
      JSONMember(name: "bounds", value: .array(bounds.map(\.json))),
      JSONMember(name: "ignored", value: .array(ignored.map { .string($0) })),
      JSONMember(name: "admitsUninformative", value: .bool(admitsUninformative)),
    ]
    if let firstState {
      members.append(JSONMember(name: "firstState", value: .string(firstState.hex)))
    }
    return .object(members)
  }

  /// The policy's identity: a hash of its compact JSON form.
  public var digest: Digest {
    SHA256.digest(domain: "assay/tolerance-policy/v1", [json.serialized()])
  }

  /// Refuses a policy that leaves a group of the state unspoken of, or bounds one that it lacks.
  func check(_ state: TracedState) throws(ToleranceError) {
    let groups = state.floatingGroups
    for group in groups
    where !ignored.contains(group) && !bounds.contains(where: { $0.group == group }) {
      throw .policy(
        reason: "the checkpoints hold '\(group)', of which it says nothing; bound it, or name it "
          + "under “ignored” and leave it to the provider")
    }
    for bound in bounds where !groups.contains(bound.group) {
      throw .policy(
        reason: "it bounds '\(bound.group)', and the checkpoints hold "
          + groups.joined(separator: ", "))
    }
  }

  /// The policy that bounds every group by a fraction of the distance between two honest runs' last
  /// states.
  ///
  /// A group in which the two do not differ is bounded absolutely.
  ///
  /// - Throws: `policy` where the two states are not of one model, or are not finite.
  public static func from(
    _ first: TracedState, _ second: TracedState, distances: [Distance], threshold: Double,
    ignored: [String], selection: Selection, admitsUninformative: Bool,
    firstState: Digest? = nil
  ) throws(ToleranceError) -> TolerancePolicy {
    if let difference = first.formDifference(from: second) {
      throw .policy(reason: "the two reference runs are of different models: \(difference)")
    }
    let measured = GroupDistances.between(first, second)
    var bounds: [Bound] = []
    for group in first.floatingGroups where !ignored.contains(group) {
      for distance in distances {
        let reference = measured[group]?[distance] ?? 0
        guard reference.isFinite else {
          throw .policy(reason: "'\(group)' of a reference run is not finite")
        }
        bounds.append(
          Bound(
            group: group, distance: distance, reference: reference > 0 ? reference : 1,
            threshold: threshold))
      }
    }
    guard !bounds.isEmpty else { throw .policy(reason: "there is nothing left to compare") }
    return TolerancePolicy(
      selection: selection, bounds: bounds, ignored: ignored,
      admitsUninformative: admitsUninformative, firstState: firstState)
  }
}

extension TolerancePolicy.Bound {
  fileprivate init(_ fields: inout JSONFields) throws(WireError) {
    let group = try fields.string("group")
    guard let distance = Distance(rawValue: try fields.string("distance")) else {
      let known = Distance.allCases.map(\.rawValue).joined(separator: ", ")
      throw fields.failure("distance", "expected one of \(known)")
    }
    let reference = try fields.double("reference")
    let threshold = try fields.double("threshold")
    guard reference > 0 else { throw fields.failure("reference", "expected more than 0") }
    guard threshold >= 0 else { throw fields.failure("threshold", "expected 0 or more") }
    self.init(group: group, distance: distance, reference: reference, threshold: threshold)
  }

  var json: JSONValue {
    .object([
      "group": .string(group), "distance": .string(distance.rawValue),
      "reference": .double(reference), "threshold": .double(threshold),
    ])
  }
}

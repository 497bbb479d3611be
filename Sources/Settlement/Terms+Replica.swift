internal import AssayCryptography
internal import AssayEvidence
internal import AssayWire

extension Terms {
  /// Which of several jobs this is in which providers do the same work, each by itself: part of the
  /// terms, or left out where one does it. Only a match makes such jobs.
  public struct Replica: Hashable, Sendable {
    /// The name of the job that bids were invited for.
    public var group: String
    /// Which one this is, from 1.
    public var place: Int
    /// How many there are at most.
    public var count: Int

    /// The most replicas of one job.
    public static let limit = 16

    /// One of several.
    public init(group: String, place: Int, count: Int) {
      self.group = group
      self.place = place
      self.count = count
    }

    /// The job's name.
    public var job: String { "\(group).\(place)" }

    /// The names of the others.
    public var others: [String] {
      (1...count).filter { $0 != place }
        .map { Replica(group: group, place: $0, count: count).job }
    }

    init(_ object: consuming JSONFields) throws(WireError) {
      var fields = object
      group = try fields.string("group")
      count = try fields.integer("count", in: 2...Replica.limit)
      place = try fields.integer("place", in: 1...count)
      try fields.finish()
    }

    var json: JSONValue {
      .object([
        "group": .string(group), "place": .integer(place), "count": .integer(count),
      ])
    }

    /// Refuses what no match makes, and replicas between which nobody could decide.
    func check(_ contents: Terms.Contents) throws(SettlementError) {
      guard (2...Replica.limit).contains(count), (1...count).contains(place), job == contents.job
      else {
        throw .terms(
          field: "replica",
          reason: "expected one of 2 to \(Replica.limit), and the job's name to be “\(job)”")
      }
      guard contents.continuity == nil else {
        throw .terms(field: "replica", reason: "replicas are claimed whole; leave out “continuity”")
      }
      guard contents.parties.referee != nil else {
        throw .terms(
          field: "replica", reason: "replicas need a referee, who decides between two that differ")
      }
    }
  }
}

extension Terms.Contents {
  /// The same as one of several jobs; unchanged where there is one.
  func replicating(_ replica: Terms.Replica?) -> Terms.Contents {
    guard let replica else { return self }
    var contents = self
    contents.job = replica.job
    contents.replica = replica
    return contents
  }
}

extension BidConditions {
  /// One of the several jobs that are asked for; nil where it is one.
  func replica(_ place: Int, of group: String) -> Terms.Replica? {
    replicas == 1 ? nil : Terms.Replica(group: group, place: place, count: replicas)
  }
}

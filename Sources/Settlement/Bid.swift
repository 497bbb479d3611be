public import AssayAccounting
public import AssayCryptography
public import AssaySpecification
internal import AssayWire

/// What a provider would do an invited job for.
///
/// It holds no money: until the match its provider may retract it or spend its stake elsewhere.
public struct Bid: Hashable, Sendable {
  /// Who bids.
  public let provider: VerifyingKey
  /// For how much, at most the terms' price.
  public let price: Amount
  /// On which kind of hardware, by its own statement.
  public let hardware: Hardware
  /// Where, by its own statement.
  public let region: String
  /// When it ends, in seconds.
  public let until: UInt64
  /// Its place among all commands: of two bids of one price the earlier one comes first.
  public let sequence: UInt64

  /// Price, then time.
  func precedes(_ other: Bid) -> Bool {
    price == other.price ? sequence < other.sequence : price < other.price
  }
}

/// What bids must satisfy.
public struct BidConditions: Hashable, Sendable {
  /// The kinds of hardware that will do; any if there is none.
  public var hardware: [Hardware]
  /// The regions that will do; any if there is none.
  public var regions: [String]
  /// The least reputation of the provider with the terms' verifiers.
  public var leastReputation: Amount
  /// The reputation that spares half of the draws which deterrence does not need; nil where none
  /// is spared.
  public var halvingReputation: Amount?
  /// How many providers do the work, each by itself.
  public var replicas: Int

  /// The most regions that are named.
  public static let regionLimit = 32
  /// The most characters of a region.
  public static let regionByteLimit = 32

  /// Conditions; whoever can do the work may bid if nothing is said.
  public init(
    hardware: [Hardware] = [], regions: [String] = [], leastReputation: Amount = .zero,
    halvingReputation: Amount? = nil, replicas: Int = 1
  ) {
    self.hardware = hardware
    self.regions = regions
    self.leastReputation = leastReputation
    self.halvingReputation = halvingReputation
    self.replicas = replicas
  }

  /// Refuses conditions that say a thing twice, or nothing.
  func check() throws(SettlementError) {
    guard Set(hardware).count == hardware.count else {
      throw .terms(field: "hardware", reason: "a kind is named twice")
    }
    guard regions.count <= Self.regionLimit, Set(regions).count == regions.count,
      regions.allSatisfy(Self.isRegion)
    else {
      throw .terms(
        field: "regions",
        reason: "expected at most \(Self.regionLimit) different ones, each of \(Self.regionForm)")
    }
    guard halvingReputation != .zero else {
      throw .terms(field: "halvingReputation", reason: "expected more than zero, or none")
    }
    guard (1...Terms.Replica.limit).contains(replicas) else {
      throw .terms(
        field: "replicas", reason: "expected 1 to \(Terms.Replica.limit), found \(replicas)")
    }
  }

  /// What a region looks like.
  static let regionForm = "1 to \(regionByteLimit) characters of a–z, 0–9 and '-'"

  static func isRegion(_ text: String) -> Bool {
    (1...regionByteLimit).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

extension Hardware {
  /// Reads the name of a kind.
  init(decoding reader: inout WireReader) throws(WireError) {
    guard let kind = Hardware(rawValue: try reader.readString(limit: 32)) else {
      throw .notCanonical("expected a kind of hardware")
    }
    self = kind
  }
}

public import AssaySettlement

/// A way to take part in a market, honest or not.
public struct Strategy: Hashable, Sendable {
  /// In whose place.
  public enum Role: String, Hashable, Sendable, CaseIterable {
    case provider, buyer, verifier, challenger
    case `operator`
  }

  /// Whose money counts as the strategist's.
  enum Member: Hashable, Sendable {
    case provider, buyer, friend, treasury
    case verifier(Int)
  }

  /// What terms must have for the strategy to be one.
  enum Need: Hashable, Sendable {
    case continuity, panel, referee, delivery
    case verifiers(Int)
  }

  /// A few words.
  public let name: String
  /// What it does and what it hopes for, in a sentence.
  public let sentence: String
  /// In whose place.
  public let role: Role
  /// Whether it is what others of its role are compared with.
  public let isBaseline: Bool
  /// Whether it does nothing wrong, and is shown for comparison.
  public let isFair: Bool
  let conduct: Conduct
  let members: [Member]
  let needs: [Need]

  init(
    _ role: Role, _ name: String, _ sentence: String, members: [Member]? = nil,
    needs: [Need] = [], isBaseline: Bool = false, isFair: Bool = false,
    _ change: (inout Conduct) -> Void = { _ in }
  ) {
    self.role = role
    self.name = name
    self.sentence = sentence
    self.isBaseline = isBaseline
    self.isFair = isFair || isBaseline
    self.needs = needs
    var conduct = Conduct()
    conduct.hasCanaries = role == .verifier
    change(&conduct)
    self.conduct = conduct
    self.members = members ?? role.members
  }

  /// Whether the strategy can be played under these terms.
  public func isPossible(under terms: Terms) -> Bool {
    needs.allSatisfy { need in
      switch need {
      case .continuity: terms.contents.claimLimit > 1
      case .panel: terms.contents.panel != nil
      case .delivery: terms.contents.delivery != nil
      case .referee: terms.contents.parties.referee != nil
      case .verifiers(let count): terms.contents.parties.verifiers.count >= count
      }
    }
  }

  /// A provider that falsifies so many intervals.
  public static func falsifying(_ count: Int) -> Strategy {
    Strategy(.provider, "\(count) intervals false", "Falsifies \(count) intervals.") {
      $0.falsified = count > 0 ? .intervals(count) : .nothing
    }
  }
}

extension Strategy.Role {
  fileprivate var members: [Strategy.Member] {
    switch self {
    case .provider: [.provider]
    case .buyer: [.buyer]
    case .verifier: [.verifier(0)]
    case .challenger: [.friend]
    case .operator: [.treasury]
    }
  }
}

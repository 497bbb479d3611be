/// `assay market`: jobs that bids are invited for, and what is known of who bids.
enum MarketCommands {
  static let group = CommandGroup(
    name: "market", abstract: "Invite bids for a job, bid, and match by price and time.",
    sections: [
      .init(
        title: "Bids",
        nodes: [
          .command(MarketInviteCommand.self), .command(MarketBidCommand.self),
          .command(MarketRetractCommand.self), .command(MarketMatchCommand.self),
        ]),
      .init(
        title: "Look",
        nodes: [.command(MarketBookCommand.self), .command(MarketReputationCommand.self)]),
    ])
}

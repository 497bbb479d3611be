internal import AssayDisputes
internal import AssayEvidence

/// `assay dispute …`: two claims of one spec that contradict each other.
enum DisputeCommands {
  static let group = CommandGroup(
    name: "dispute", abstract: "Settle which of several contradicting runs is false.",
    sections: [
      .init(
        title: "Disputes",
        nodes: [
          .command(DisputeRunsCommand.self), .command(DisputeOpenCommand.self),
          .command(DisputeAnswerCommand.self), .command(DisputeDecideCommand.self),
          .command(DisputeWorkCommand.self),
        ])
    ])
}

extension Finding {
  /// What was found, line by line, with what each party is called.
  func lines(
    _ names: Pair<String> = Pair(challenger: "the challenger", defender: "the defender")
  ) -> [String] {
    guard loser != nil else { return ["agreed       \(explanation)"] }
    let wrong = Party.allCases.compactMap { party in
      faults[party].map { "wrong        \(names[party]): \($0.rawValue)" }
    }
    return ["found        \(subject)"] + wrong + ["because      \(explanation)"]
  }
}

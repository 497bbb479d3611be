/// The commands that speak to other people's tools of where a model is from.
enum AttestCommands {
  static let group = CommandGroup(
    name: "attest", abstract: "State where a model is from, and who verified it, as SLSA does.",
    sections: [
      .init(
        title: "Attestations",
        nodes: [.command(AttestNewCommand.self), .command(AttestVerifyCommand.self)])
    ])
}

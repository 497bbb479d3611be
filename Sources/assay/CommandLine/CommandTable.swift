/// Every command of `assay`. A new command is one line here.
enum CommandTable {
  static let version = "0.1.0"

  static let root = CommandGroup(
    name: "assay",
    abstract: """
      Assay proves that a training job was really done, and moves escrowed money only on such
      evidence.
      """,
    sections: [
      .init(title: "See it", nodes: [.command(DemoCommand.self)]),
      .init(title: "Keys", nodes: [.command(KeygenCommand.self)]),
      .init(
        title: "Train",
        nodes: [
          .group(
            CommandGroup(
              name: "spec", abstract: "Write and look at specs.",
              sections: [
                .init(
                  title: "Specs",
                  nodes: [.command(SpecNewCommand.self), .command(BatchesCommand.self)])
              ])),
          .command(TrainCommand.self), .command(ClaimCommand.self),
          .command(InspectCommand.self), .command(EvaluateCommand.self),
          .command(GenerateCommand.self), .command(ExportCommand.self),
        ]),
      .init(
        title: "Audit",
        nodes: [
          .command(PlanCommand.self), .command(ChallengeCommand.self),
          .command(OpenCommand.self), .command(AuditCommand.self), .command(CertifyCommand.self),
          .command(VerifyCommand.self), .group(DisputeCommands.group),
          .command(CheatCommand.self), .group(ToleranceCommands.group),
        ]),
      .init(
        title: "Prove",
        nodes: [.command(ProveCommand.self), .group(CircuitCommands.group)]),
      SettleCommands.section,
      .init(
        title: "Publish", nodes: [.group(LogCommands.group), .group(AttestCommands.group)]),
      .init(title: "Encrypt", nodes: [.group(SealCommands.group)]),
      .init(
        title: "Serve",
        nodes: [
          .command(ServeCommand.self), .command(BuyerCommand.self),
          .command(ProviderCommand.self), .command(WorkerCommand.self),
        ]),
      .init(title: "Look", nodes: [.command(ReportCommand.self), .command(DevicesCommand.self)]),
    ])
}

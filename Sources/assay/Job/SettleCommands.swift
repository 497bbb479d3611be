/// The commands that agree on a job, move it on and show where its money is.
enum SettleCommands {
  static let section = CommandGroup.Section(
    title: "Settle",
    nodes: [
      .group(
        CommandGroup(
          name: "terms", abstract: "Write and look at the terms of a job.",
          sections: [
            .init(
              title: "Terms",
              nodes: [
                .command(TermsNewCommand.self), .command(TermsShowCommand.self),
                .command(TermsSecretCommand.self),
              ])
          ])),
      .group(
        CommandGroup(
          name: "job", abstract: "Move a job and its money from the offer to the settlement.",
          sections: [
            .init(
              title: "Agree",
              nodes: [
                .command(JobDepositCommand.self), .command(JobOfferCommand.self),
                .command(JobConfirmDataCommand.self),
                .command(JobFundCommand.self), .command(JobAcceptCommand.self),
                .command(JobCancelCommand.self), .command(JobAuthoriseCommand.self),
                .command(JobPolicyCommand.self),
              ]),
            .init(
              title: "Go on",
              nodes: [
                .command(JobHeartbeatCommand.self), .command(JobStopCommand.self),
                .command(JobResumeCommand.self),
              ]),
            .init(
              title: "Prove",
              nodes: [
                .command(JobCommitCommand.self), .command(JobLogCommand.self),
                .command(JobRevealCommand.self), .command(JobDrawCommand.self),
                .command(JobAnswerCommand.self), .command(JobVerdictCommand.self),
              ]),
            .init(
              title: "Settle",
              nodes: [
                .command(JobDisputeCommand.self), .command(JobRulingCommand.self),
                .command(JobQuarantineCommand.self), .command(JobCloseCommand.self),
                .command(JobDeliverCommand.self), .command(JobKeyCommand.self),
                .command(JobExpireCommand.self), .command(JobWithdrawCommand.self),
              ]),
            .init(
              title: "Look",
              nodes: [.command(JobStatusCommand.self), .command(JobListCommand.self)]),
          ])),
      .group(MarketCommands.group),
      .command(LedgerCommand.self), .command(SimulateCommand.self),
      .command(FsckCommand.self), .command(BackupCommand.self), .command(RestoreCommand.self),
      .group(
        CommandGroup(
          name: "receipt", abstract: "Write and check the receipts of settled jobs.",
          sections: [
            .init(
              title: "Receipts",
              nodes: [.command(ReceiptWriteCommand.self), .command(ReceiptVerifyCommand.self)])
          ])),
    ])
}

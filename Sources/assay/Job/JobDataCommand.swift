internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayTraining

/// `assay job confirm-data`: a verifier says that it has the data.
struct JobConfirmDataCommand: Command {
  static let description = CommandDescription(
    name: "confirm-data", abstract: "Say as a verifier that you have a job's data and weights.",
    discussion: """
      Where the terms ask for it (assay terms new --data-receipts), a job is funded only after so
      many verifiers have fetched the data and the weights and found them to be those of the terms:
      work whose data nobody can get could not be verified. Their roots are computed here.
      """,
    examples: [
      CommandExample(
        "assay job confirm-data job-1 --spec spec.json --key verifier.key",
        "Of data that the spec generates."),
      CommandExample(
        "assay job confirm-data job-1 --spec spec.json --key verifier.key "
          + "--data images.idx.gz --targets labels.idx.gz", "Of data in files."),
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The spec of the job.") var spec: String
  @Option("file", help: "Your private key.") var key: String
  var files = DataOptions()
  var weights = WeightsOptions()
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let terms = try store.job(job).terms
    let key = try KeyFiles.signingKey(at: key)
    let spec = try InputFiles.spec(spec)
    guard spec.digest == terms.contents.work.spec else {
      throw OperationError("'\(self.spec)' is not the spec of the job '\(job)'.")
    }
    let dataset = try files.dataset(for: spec.data)
    do {
      try dataset.check(against: spec.data)
    } catch { throw OperationError("the data are not those of the terms: \(error)") }
    guard try weights.file(for: spec)?.digest == spec.weights else {
      throw OperationError("the weights are not those that the spec names.")
    }
    let receipt = terms.dataReceipt.signed(by: key).encoded
    return try database.apply(.confirmData(job: job, receipt: receipt), to: store, console)
  }
}

/// Who must have the data before the job is funded.
struct TermsDataOptions: OptionGroup {
  @Option(
    "count", in: 0...Terms.verifierLimit,
    help: "How many verifiers must have the data before the job can be funded.")
  var dataReceipts: Int = 0
}

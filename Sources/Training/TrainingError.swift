public import AssayDatasets
public import AssayFiles
public import AssaySpecification
public import AssayTensors

/// Why a run could not be started, continued or read.
public enum TrainingError: Error, Sendable, CustomStringConvertible {
  case specification(SpecificationError)
  case dataset(DatasetError)
  case backend(BackendError)
  case file(FileError)
  /// A checkpoint's bytes are not the canonical writing of a state of this layout.
  case checkpoint(reason: String)
  /// A weights file cannot be read, or is not what the spec asks for.
  case weights(reason: String)
  /// A run directory does not hold what it should.
  case runDirectory(reason: String)
  /// The spec wants its states committed to as polynomials, which the hasher cannot do.
  case noPolynomials
  /// The spec hides its states, and the hasher has no secret to hide them with.
  case noSecret
  /// The loss of a step is infinite or not a number.
  case lossNotFinite(step: UInt64)
  /// A recomputed state differs from the one the trace holds.
  case traceMismatch(record: Int)
  /// Another process is writing this run.
  case busy(path: String)

  public var description: String {
    switch self {
    case .specification(let error): "\(error)"
    case .dataset(let error): "\(error)"
    case .backend(let error): "\(error)"
    case .file(let error): "\(error)"
    case .checkpoint(let reason): "bad checkpoint: \(reason)"
    case .weights(let reason): "bad weights: \(reason)"
    case .runDirectory(let reason): "\(reason)"
    case .noPolynomials:
      "the spec has a \"proof\" object, so its states are committed to as polynomials too; give a "
        + "PolynomialHasher of AssayProving"
    case .noSecret:
      "the spec's proofs hide weights and data, so its states are hashed with a secret; give it "
        + "(--secret FILE), or ask whoever made the spec for it"
    case .lossNotFinite(let step):
      "the loss of step \(step) is not a finite number; use a lower learning rate, or look for "
        + "examples with huge values. What was recorded up to here is kept."
    case .traceMismatch(let record):
      "state \(record) was recomputed and is not what the trace records; the trace or a "
        + "checkpoint was changed. Train again in a new folder."
    case .busy(let path):
      "another process is writing \(path); wait for it or stop it first"
    }
  }
}

extension TrainingError {
  /// Runs file operations, whose errors become `file`.
  static func onFiles<Result: ~Copyable>(
    _ body: () throws(FileError) -> Result
  ) throws(TrainingError) -> Result {
    do throws(FileError) {
      return try body()
    } catch {
      throw .file(error)
    }
  }
}

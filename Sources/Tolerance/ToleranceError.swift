public import AssayCryptography
public import AssayDatasets
public import AssayEvidence
public import AssayFiles
public import AssayWire

/// Why a trace of somebody else's training was refused, or could not be verified.
public enum ToleranceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file could not be read or written.
  case file(FileError)
  /// The file is no checkpoint that is read here.
  case checkpoint(file: String, reason: String)
  /// The folder is no trace, or its parts contradict each other.
  case trace(folder: String, reason: String)
  /// The table of batches was refused.
  case batches(DatasetError)
  /// A policy, claim or verdict breaks its format.
  case malformed(WireError)
  /// An envelope, its statement or its signature is wrong.
  case signature(CryptographyError)
  /// The draw could not be made.
  case draw(EvidenceError)
  /// The policy says nothing of something that it must speak of.
  case policy(reason: String)
  /// The buyer's own step function failed, so that nothing can be said.
  case stepFunction(reason: String)

  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .checkpoint(let file, let reason): "'\(file)' is refused: \(reason)"
    case .trace(let folder, let reason): "'\(folder)' is no trace that can be read: \(reason)"
    case .batches(let error): "\(error)"
    case .malformed(let error): "\(error)"
    case .signature(let error): "\(error)"
    case .draw(let error): "\(error)"
    case .policy(let reason): "the tolerance policy: \(reason)"
    case .stepFunction(let reason): "the step function: \(reason)"
    }
  }
}

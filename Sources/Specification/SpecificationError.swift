public import AssayWire

/// Why a spec, a claim or a trace record was refused.
public enum SpecificationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes are not the format that was expected.
  case malformed(WireError)
  /// A tensor's extents are impossible.
  case shape(String)
  /// A model graph does not fit together at `node`.
  case graph(node: String, reason: String)
  /// A value in the spec is out of its range; `path` names it.
  case value(path: String, reason: String)
  /// A signed claim is not what its envelope or its signature says.
  case claim(reason: String)
  /// A record of the trace breaks the format.
  case traceRecord(reason: String)

  public var description: String {
    switch self {
    case .malformed(let error): "\(error)"
    case .shape(let reason): "bad shape: \(reason)"
    case .graph(let node, let reason): "model graph, \(node): \(reason)"
    case .value(let path, let reason): "\(path): \(reason)"
    case .claim(let reason): "bad claim: \(reason)"
    case .traceRecord(let reason): "bad trace record: \(reason)"
    }
  }
}

public import AssayCryptography
public import AssayWire

/// What a trace folder says of itself: `trace.json`, beside the checkpoints and the batches.
///
///     {"format":"assay/tolerance-trace/1","source":"assay_trace 0.1",
///      "hyperparameters":{"learningRate":0.1},"data":"<SHA-256 of the training data>",
///      "salt":"<32 random bytes>",
///      "checkpoints":[{"step":0,"state":"<SHA-256 of step-0.safetensors>"}, …]}
///
/// `data`, and in a folder that is yet to be imported `salt` and `state`, may be left out.
public struct TraceManifest: Hashable, Sendable {
  static let format = "assay/tolerance-trace/1"
  /// The most checkpoints of a trace.
  public static let checkpointLimit = 1 << 20
  static let byteCountLimit = 256 << 20

  /// A checkpoint: its step, and SHA-256 of its file where that is known.
  public struct Checkpoint: Hashable, Sendable {
    public let step: Int
    public let state: Digest?

    /// The name of its file in the folder.
    public var fileName: String { "step-\(step).safetensors" }
  }

  /// Which program wrote the trace, in words.
  public let source: String
  /// Whatever the provider says of its settings; handed to the step function as it is.
  public let hyperparameters: JSONValue
  /// SHA-256 of the training data in hex, as the provider says.
  public let data: String?
  /// What makes the records of one provider others than those of everybody who has the same states.
  public let salt: Digest?
  /// Ascending by step, at least two.
  public let checkpoints: [Checkpoint]

  init(
    source: String, hyperparameters: JSONValue, data: String?, salt: Digest?,
    checkpoints: [Checkpoint]
  ) {
    self.source = source
    self.hyperparameters = hyperparameters
    self.data = data
    self.salt = salt
    self.checkpoints = checkpoints
  }

  /// Reads a manifest.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var fields = try JSONFields(
      JSONValue.parse(bytes, maximumByteCount: TraceManifest.byteCountLimit))
    let format = try fields.string("format")
    guard format == Self.format else {
      throw fields.failure("format", "expected '\(Self.format)', found '\(format.prefix(60))'")
    }
    source = String(try fields.string("source").prefix(200))
    hyperparameters = try fields.value("hyperparameters")
    guard case .object = hyperparameters else {
      throw fields.failure("hyperparameters", "expected an object")
    }
    data = try fields.optionalDigest("data")?.hex
    salt = try fields.optionalDigest("salt")
    var checkpoints: [Checkpoint] = []
    for var entry in try fields.objects("checkpoints") {
      let step = try entry.integer("step", in: 0...1 << 40)
      guard checkpoints.last.map({ $0.step < step }) ?? true else {
        throw entry.failure("step", "expected ascending steps, found \(step)")
      }
      checkpoints.append(Checkpoint(step: step, state: try entry.optionalDigest("state")))
      try entry.finish()
    }
    guard (2...Self.checkpointLimit).contains(checkpoints.count) else {
      throw fields.failure(
        "checkpoints", "expected 2 to \(Self.checkpointLimit), found \(checkpoints.count)")
    }
    self.checkpoints = checkpoints
    try fields.finish()
  }

  /// The manifest's one writing.
  public var encoded: [UInt8] {
    var members = [
      JSONMember(name: "format", value: .string(Self.format)),
      JSONMember(name: "source", value: .string(source)),
      JSONMember(name: "hyperparameters", value: hyperparameters),
    ]
    if let data { members.append(JSONMember(name: "data", value: .string(data))) }
    if let salt { members.append(JSONMember(name: "salt", value: .string(salt.hex))) }
    members.append(
      JSONMember(
        name: "checkpoints",
        value: .array(
          checkpoints.map { checkpoint in
            var entry = [JSONMember(name: "step", value: .integer(checkpoint.step))]
            if let state = checkpoint.state {
              entry.append(JSONMember(name: "state", value: .string(state.hex)))
            }
            return .object(entry)
          })))
    return JSONValue.object(members).serialized(pretty: true)
  }
}

extension JSONFields {
  /// Reads 64 lower-case hex digits, or nothing when the member is absent.
  mutating func optionalDigest(_ key: String) throws(WireError) -> Digest? {
    guard let text = try optionalString(key) else { return nil }
    do throws(CryptographyError) {
      return try Digest(hex: text)
    } catch {
      throw failure(key, "expected 64 lower-case hex digits, found “\(text.prefix(80))”")
    }
  }

  /// Reads 64 lower-case hex digits.
  mutating func digest(_ key: String) throws(WireError) -> Digest {
    guard let digest = try optionalDigest(key) else {
      throw failure(key, "expected 64 lower-case hex digits, found none")
    }
    return digest
  }
}

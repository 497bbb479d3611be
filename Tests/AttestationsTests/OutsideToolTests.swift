import AssayAttestations
import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

/// What securesystemslib and in-toto-attestation (PyPI) say of our statements; run by
/// `python3`, or by what `TEST_PYTHON` names.
@Suite(
  .enabled(
    if: Tool.succeeds(
      Tool.python,
      ["-c", "import in_toto_attestation, securesystemslib, cryptography"]),
    "install with: python3 -m pip install in-toto-attestation securesystemslib cryptography"))
struct OutsideToolTests {
  /// Verifies each envelope by securesystemslib and its statement by in-toto-attestation, then
  /// counts the single-byte changes of the envelope that both accept: only what is no part of the
  /// content, such as the envelope's own spelling, may be among these.
  private static let script = """
    import base64, json, sys
    from google.protobuf import json_format
    from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
    from in_toto_attestation.predicates.vsa.v1 import vsa_pb2
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    def check(line, key):
      envelope = Envelope.from_dict(json.loads(line))
      envelope.verify([key], 1)
      assert envelope.payload_type == "application/vnd.in-toto+json"
      message = json_format.Parse(envelope.payload, statement_pb2.Statement())
      Statement.copy_from_pb(message).validate()
      return json.loads(envelope.payload), envelope

    for case in json.loads(sys.stdin.read()):
      key = SSlibKey(case["keyid"], "ed25519", "ed25519", {"public": case["public"]})
      line = case["line"].encode()
      statement, envelope = check(line, key)
      predicate = statement["predicate"]
      if statement["predicateType"] == "https://slsa.dev/provenance/v1":
        json_format.ParseDict(predicate, provenance_pb2.Provenance())
      else:
        # That package's definition has one level where SLSA's has a list.
        assert isinstance(predicate.pop("verifiedLevels"), list)
        json_format.ParseDict(predicate, vsa_pb2.VerificationSummary(), ignore_unknown_fields=True)
      accepted = []
      for place in range(len(line)):
        if place % case["stride"] and place > 64 and place < len(line) - 200: continue
        changed = bytearray(line)
        changed[place] ^= 1
        try:
          _, other = check(bytes(changed), key)
          assert other.pae() == envelope.pae()
          accepted.append(place)
        except Exception: pass
      print(json.dumps({
        "predicateType": statement["predicateType"],
        "subjects": [s["digest"]["sha256"] for s in statement["subject"]],
        "accepted": accepted}))
    """

  @Test func bothStatementsVerifyAndFlippedBytesAreRefused() throws {
    let attested = try Attested()
    let lines = [
      (try attested.provenance().signed(by: attested.provider), attested.provider),
      (try attested.summary().signed(by: attested.verifier), attested.verifier),
    ]
    let cases = lines.map { envelope, key in
      JSONValue.object([
        "keyid": .string(key.verifyingKey.keyID),
        "public": .string(Hex.encode(key.verifyingKey.bytes)),
        "line": .string(String(decoding: envelope.encoded, as: UTF8.self)),
        "stride": .integer(29),
      ])
    }
    let output = try Tool.run(
      Tool.python, ["-c", Self.script],
      input: String(decoding: JSONValue.array(cases).serialized(), as: UTF8.self))
    let results = output.split(separator: "\n")
    #expect(results.count == 2)
    for ((envelope, _), text) in zip(lines, results) {
      var result = try JSONFields(JSONValue.parse(Array(text.utf8)))
      let subjects = [SHA256.digest(of: [7]), attested.model].map { JSONValue.string($0.hex) }
      #expect(try result.array("subjects") == subjects)
      #expect(
        try result.string("predicateType")
          == Statement(decoding: envelope.payload).predicateType)
      // Nothing that was signed can change: what they still accept, we refuse or read the same.
      for value in try result.array("accepted") {
        guard case .number(let digits) = value, let place = Int(digits) else { continue }
        var changed = envelope.encoded
        changed[place] ^= 1
        if let other = try? Envelope(decoding: changed) {
          #expect(other.payload == envelope.payload)
        }
      }
      #expect(try result.array("accepted").count <= 2)
    }
  }
}

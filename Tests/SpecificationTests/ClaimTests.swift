import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

@testable import AssaySpecification

@Suite struct ClaimTests {
  private let key: SigningKey
  private let claim: ProviderClaim

  init() throws {
    key = try SigningKey(seed: [UInt8](repeating: 7, count: 32))
    func digest(_ byte: UInt8) -> Digest { SHA256.digest(of: [byte]) }
    claim = ProviderClaim(
      job: "job-1", terms: digest(1), provider: key.verifyingKey, spec: digest(2),
      dataRoot: digest(3), firstStep: 0, lastStep: 100, firstRoot: digest(4),
      lastRoot: digest(5), traceSize: 11, traceRoot: digest(6), artefact: digest(7),
      quality: .accuracy(correct: 9, rows: 10))
  }

  @Test func aSignedClaimIsOpened() throws {
    let envelope = claim.signed(by: key)
    let opened = try ProviderClaim.open(envelope.encoded)
    #expect(opened.claim == claim)
    #expect(opened.identity == envelope.identity)
  }

  @Test func everyQualityIsReadBackToTheBit() throws {
    let losses = [0.1, -0.0, .infinity, .nan, .leastNonzeroMagnitude].map { Quality(loss: $0) }
    let accuracies = [(0, 1), (Quality.rowLimit, Quality.rowLimit)].map {
      Quality.accuracy(correct: $0, rows: $1)
    }
    for quality in losses + accuracies {
      let read = try Quality(JSONFields(quality.json))
      #expect(read == quality)
      #expect(read.digest == quality.digest)
    }
    #expect(Set((losses + accuracies).map(\.digest)).count == 7)
    #expect(
      Quality(loss: 1.5).json.serialized()
        == Array(
          #"{"metric":"loss","bits":"3ff8000000000000"}"#.utf8))
  }

  @Test func impossibleQualitiesAreRefused() throws {
    for text in [
      #"{"metric":"accuracy","correct":2,"rows":1}"#,
      #"{"metric":"accuracy","correct":0,"rows":0}"#,
      #"{"metric":"accuracy","correct":1,"rows":9007199254740993}"#,
      #"{"metric":"accuracy","correct":1}"#,
      #"{"metric":"accuracy","correct":1,"rows":1,"bits":"0"}"#,
      #"{"metric":"loss","bits":"3ff8"}"#, #"{"metric":"loss","bits":"3FF8000000000000"}"#,
      #"{"metric":"loss","bits":"7ff8000000000001"}"#, #"{"metric":"loss","bits":1.5}"#,
      #"{"metric":"loss","bits":"3ff8000000000000","rows":1}"#, #"{"metric":"f1","value":1}"#,
    ] {
      #expect(throws: WireError.self, "\(text)") {
        try Quality(JSONFields(JSONValue.parse(Array(text.utf8))))
      }
    }
  }

  @Test func aClaimSignedWithAnotherKeyIsRefused() throws {
    let other = try SigningKey(seed: [UInt8](repeating: 8, count: 32))
    #expect(throws: SpecificationError.self) {
      try ProviderClaim.open(claim.signed(by: other).encoded)
    }
  }

  @Test func noBitOfAClaimCanBeChanged() throws {
    let bytes = claim.signed(by: key).encoded
    for mutation in Mutations.bitFlips(of: bytes) {
      #expect(throws: SpecificationError.self, "\(mutation.name)") {
        try ProviderClaim.open(mutation.bytes)
      }
    }
    for mutation in Mutations.truncations(of: bytes) {
      #expect(throws: SpecificationError.self, "\(mutation.name)") {
        try ProviderClaim.open(mutation.bytes)
      }
    }
  }

  @Test func anEmptySegmentIsRefused() throws {
    let empty = ProviderClaim(
      job: claim.job, terms: claim.terms, provider: claim.provider, spec: claim.spec,
      dataRoot: claim.dataRoot, firstStep: 100, lastStep: 100, firstRoot: claim.firstRoot,
      lastRoot: claim.lastRoot, traceSize: 11, traceRoot: claim.traceRoot,
      artefact: claim.artefact)
    #expect(throws: SpecificationError.self) {
      try ProviderClaim.open(empty.signed(by: key).encoded)
    }
  }

  @Test func aTraceRecordIsReadBackAndNothingElseIs() throws {
    let record = TraceRecord(
      index: 3, step: 30, stateRoot: claim.lastRoot, meanLoss: 0.25, salt: claim.spec)
    #expect(record.bytes.count == TraceRecord.byteCount)
    #expect(try TraceRecord(decoding: record.bytes) == record)
    for mutation in Mutations.truncations(of: record.bytes) {
      #expect(throws: SpecificationError.self) { try TraceRecord(decoding: mutation.bytes) }
    }
    #expect(throws: SpecificationError.self) { try TraceRecord(decoding: record.bytes + [0]) }
    for mutation in Mutations.bitFlips(of: record.bytes) {
      if let other = try? TraceRecord(decoding: mutation.bytes) {
        #expect(other != record && other.leafHash != record.leafHash, "\(mutation.name)")
      }
    }
  }

  @Test func aLossThatIsNoNumberHasOneWriting() throws {
    let odd = Float(bitPattern: 0xffc1_2345)
    let record = TraceRecord(
      index: 0, step: 0, stateRoot: claim.lastRoot, meanLoss: odd, salt: claim.spec)
    #expect(record.meanLoss.bitPattern == 0x7fc0_0000)
    var bytes = record.bytes
    bytes[63] = 1
    #expect(throws: SpecificationError.self) { try TraceRecord(decoding: bytes) }
  }

  @Test func everyPartOfAStateIsBoundByItsRoot() throws {
    let layout = StateLayout([
      TensorDescription(name: "b", elementType: .float32, shape: try Shape([2])),
      TensorDescription(name: "a", elementType: .float32, shape: try Shape([4])),
    ])
    let roots = [SHA256.digest(of: [1]), SHA256.digest(of: [2])]
    let state = StateCommitment(step: 5, layout: layout, contentsRoots: roots)
    #expect(layout.tensors.map(\.name) == ["a", "b"])
    let otherStep = StateCommitment(step: 6, layout: layout, contentsRoots: roots)
    let swapped = StateCommitment(step: 5, layout: layout, contentsRoots: roots.reversed())
    let reshaped = StateCommitment(
      step: 5,
      layout: StateLayout([
        TensorDescription(name: "a", elementType: .float32, shape: try Shape([2, 2])),
        TensorDescription(name: "b", elementType: .float32, shape: try Shape([2])),
      ]), contentsRoots: roots)
    #expect(Set([state, otherStep, swapped, reshaped].map(\.root)).count == 4)
    #expect(state.firstDifference(from: swapped) == "a")
    #expect(state.firstDifference(from: state) == nil)
  }
}

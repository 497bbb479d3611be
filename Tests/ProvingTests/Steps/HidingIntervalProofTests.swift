import AssayAlgebra
import AssayCircuits
import AssayCryptography
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTestSupport
import AssayTraining
import AssayVerification
import Testing

@testable import AssayProving

struct HidingIntervalProofTests {
  static let shared = Result {
    try ProvableRun(.perceptron(hidden: [4]), hasMomentum: true, openings: 4)
  }
  static let claimed = Result { try shared.get().claim() }

  @Test("each interval of a claim over hidden states is proved, and checked without the secret")
  func honest() throws {
    let (claim, proofs) = try Self.claimed.get()
    let spec = try Self.shared.get().spec
    #expect(spec.proof?.isHiding == true)
    let verifier = try IntervalVerifier(spec: try Spec(decoding: spec.bytes))
    for (index, proof) in proofs.enumerated() {
      let decoded = try IntervalProof(decoding: proof.bytes)
      for arithmetic in Arithmetic.allCases {
        let verified = try verifier.verify(decoded, of: claim, arithmetic: arithmetic)
        #expect(verified.interval == index && verified.securityBits >= 100)
      }
    }
  }

  @Test("an interval is proved twice with the same bytes")
  func deterministic() throws {
    let run = try Self.shared.get()
    let prover = try IntervalProver(
      spec: run.spec, dataset: run.dataset, engine: try run.engine(tracing: true),
      secret: run.secret)
    let states = try run.states().states
    let first = try prover.prove(run.spec.steps(ofInterval: 1), from: states[1])
    let again = try prover.prove(run.spec.steps(ofInterval: 1), from: states[1])
    #expect(first.proofs == again.proofs)
    #expect(try Self.claimed.get().proofs[1].proofs == first.proofs)
  }

  @Test("roots of hidden states follow from the secret, but the first state's")
  func hiddenRoots() throws {
    let run = try Self.shared.get()
    let (states, commitments) = try run.states()
    let other = PolynomialHasher(PortableLeafHasher(), secret: SHA256.digest(of: [8]))
    let nobody = PolynomialHasher(PortableLeafHasher())
    #expect(states[0].commitment(nobody) == commitments[0])
    #expect(!nobody.canHash(run.spec.stateLayout) && other.canHash(run.spec.stateLayout))
    // Not one root of a later state is that of another secret, or of the plain contents.
    let plain = states[1].contentsRoots(nobody)
    for (mine, theirs) in zip(
      commitments[1].contentsRoots, states[1].commitment(other).contentsRoots)
    {
      #expect(mine != theirs && !plain.contains(mine))
    }
    // The same contents after another step have other roots: no two states share a key.
    let later = ModelState(
      step: 9, layout: states[1].layout, contents: states[1].contents
    ).commitment(run.hasher)
    for (mine, theirs) in zip(commitments[1].contentsRoots, later.contentsRoots) {
      #expect(mine != theirs)
    }
  }

  @Test("without the secret nothing is executed, committed or proved")
  func secretIsNeeded() throws {
    let run = try Self.shared.get()
    let nobody = PolynomialHasher(PortableLeafHasher())
    #expect {
      _ = try StepEngine(
        spec: run.spec, dataset: run.dataset, backend: CPUBackend(threads: 1), hasher: nobody)
    } throws: { error in
      guard case .noSecret = error as? TrainingError else { return false }
      return true
    }
    #expect(throws: ProofError.secretMissing) {
      try DataCommitment.root(of: run.dataset, settings: SpecSettings(spec: run.spec))
    }
    #expect(
      try DataCommitment.root(
        of: run.dataset, settings: SpecSettings(spec: run.spec), secret: run.secret)
        == run.spec.proof?.dataRoot)
    let engine = try run.engine(tracing: true)
    #expect(throws: ProofError.secretMissing) {
      try IntervalProver(spec: run.spec, dataset: run.dataset, engine: engine)
    }
  }

  @Test("a spec says how often data are opened, and rows are long enough for that")
  func specs() throws {
    let run = try Self.shared.get()
    let text = String(decoding: run.spec.bytes, as: UTF8.self)
    #expect(text.contains("\"hiding\": true") && text.contains("\"openings\": 4"))
    func isRefused(_ old: String, _ new: String) -> Bool {
      #expect(text.contains(old))
      return (try? Spec(decoding: Array(text.replacing(old, with: new).utf8))) == nil
    }
    #expect(isRefused("\"openings\": 4", "\"openings\": 1"))
    #expect(isRefused("\"openings\": 4", "\"openings\": 4096"))
    #expect(isRefused("\"openings\": 4", "\"hidden\": 4"))
    #expect(isRefused("\"hiding\": true", "\"hiding\": false"))
    #expect(isRefused("\"hiding\": true", "\"hides\": true"))
  }
}

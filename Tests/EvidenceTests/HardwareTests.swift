import AssayCryptography
import AssayEvidence
import AssaySpecification
import Testing

/// Terms that ask for hardware, and verdicts that state theirs.
@Suite struct HardwareTests {
  private func verdict(
    _ outcome: Verdict.Outcome, on hardware: Hardware, required: HardwareRequirement?
  ) throws -> (envelope: [UInt8], expectation: VerdictExpectation) {
    let challenge = try Challenge(
      job: "job-1", terms: .zero, claim: .zero,
      policy: EvidencePolicy(
        selection: .drawn(2), adversary: .targeted, confidenceMillionths: 0,
        hardware: required),
      source: .secrets(
        buyer: [UInt8](repeating: 3, count: 32), operator: [UInt8](repeating: 4, count: 32)),
      intervalCount: 30)
    let key = try SigningKey(seed: [UInt8](repeating: 5, count: 32))
    let verdict = Verdict(on: challenge, outcome: outcome, device: "test", hardware: hardware)
    return (
      verdict.signed(by: key).encoded,
      VerdictExpectation(challenge: challenge, admittedKeys: [key.verifyingKey])
    )
  }

  @Test(arguments: Hardware.allCases)
  func anAcceptanceOnOtherHardwareThanTheTermsAskForIsRefused(hardware: Hardware) throws {
    for required in [nil, HardwareRequirement.gpu, .differing] {
      let (envelope, expectation) = try verdict(.accepted, on: hardware, required: required)
      if required == .gpu, !hardware.isGPU {
        #expect(throws: EvidenceError.hardware(required: .gpu, found: hardware)) {
          try AdmittedVerdict.admit(envelope, expecting: expectation)
        }
      } else {
        let admitted = try AdmittedVerdict.admit(envelope, expecting: expectation)
        #expect(admitted.verdict.hardware == hardware)
      }
    }
  }

  /// The bits are the same on all hardware, and a rejection shows them.
  @Test func whatIsNoAcceptanceNeedsNoHardware() throws {
    for outcome: Verdict.Outcome in [
      .inconclusive(.deviceDisagreement), .rejected(Rejection(fault: .brokenTrace)),
    ] {
      let (envelope, expectation) = try verdict(outcome, on: .processor, required: .gpu)
      _ = try AdmittedVerdict.admit(envelope, expecting: expectation)
    }
  }

  @Test func twoVerifiersDifferWhereTheirHardwareIsOfTwoKinds() {
    #expect(!HardwareRequirement.differing.isMet(by: [.processor]))
    #expect(!HardwareRequirement.differing.isMet(by: [.nvidiaGPU, .nvidiaGPU]))
    #expect(HardwareRequirement.differing.isMet(by: [.nvidiaGPU, .processor]))
    #expect(HardwareRequirement.differing.isMet(by: [.nvidiaGPU, .amdGPU]))
    #expect(!HardwareRequirement.gpu.isMet(by: [.processor, .processor]))
    #expect(HardwareRequirement.gpu.isMet(by: [.processor, .otherGPU]))
  }
}

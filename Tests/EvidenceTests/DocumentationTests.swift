import AssayCryptography
import AssayEvidence
import Testing

/// The example on the room's page.
@Test func theExampleOfTheEvidencePageWorks() throws {
  let (terms, claim) = (SHA256.digest(of: [1]), SHA256.digest(of: [2]))
  let policy = EvidencePolicy(
    selection: .drawn(44), adversary: .lazy(fractionMillionths: 100_000),
    confidenceMillionths: 990_000)
  let (buyerSecret, operatorSecret) = ([UInt8](1...32), [UInt8](2...33))
  let verifier = try SigningKey(seed: [UInt8](3...34))

  let challenge = try Challenge(
    job: "job-1", terms: terms, claim: claim, policy: policy,
    source: .secrets(
      buyer: buyerSecret, operator: operatorSecret), intervalCount: 1_000)
  let verdict = Verdict(on: challenge, outcome: .accepted, device: "cpu avx2 2 threads")
  let admitted = try AdmittedVerdict.admit(
    verdict.signed(by: verifier).encoded,
    expecting: VerdictExpectation(challenge: challenge, admittedKeys: [verifier.verifyingKey]))

  #expect(admitted.verdict == verdict)
  // Computed by a program in Python that was written from the page's definitions alone; a change
  // of any of them changes these values and needs a new version.
  #expect(
    try Randomness.commitment(to: buyerSecret, by: .buyer).hex
      == "8e7a80b589de623a9344f45f8d7b8644f4c89221ebd14b3fdd6bb7344a82a03b")
  #expect(
    challenge.draw.seed.hex
      == "9b1ee82a1278f9cf7d8e8bcd68c97d8dd0d23e3e10dcfcdfd718edb9957f0ca8")
  #expect(
    challenge.indices == [
      5, 16, 49, 170, 172, 173, 197, 204, 237, 277, 294, 359, 363, 371, 426,
      485, 487, 506, 526, 546, 550, 567, 579, 620, 621, 637, 646, 649, 659, 675,
      745, 763, 788, 799, 827, 837, 838, 842, 853, 882, 912, 914, 979, 995,
    ])
}

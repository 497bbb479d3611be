import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssaySpecification
import AssayTestSupport
import Testing

/// Random markets from one seed: parties that act, cheat, repeat themselves and fall silent.
///
/// After every command the invariants are recomputed, an independent model predicts every balance,
/// and at the end the same commands give the same bytes.
struct SimulationTests {
  /// With `TEST_ROUNDS` more markets, each of 500 events; `scripts/simulate` runs any number.
  @Test(arguments: Rounds.seeds(60))
  func booksAndInvariantsHoldWhateverHappens(seed: UInt64) throws {
    var simulation = try Simulation(seed: seed)
    for _ in 0..<(Rounds.of(1) > 1 ? 500 : 60) { try simulation.step() }
    // Firing only time-outs reaches the end from everywhere.
    try simulation.fireTimeouts()
    // What was applied gives the same bytes again, and needs no proofs for it.
    var replayed = SettlementMachine()
    for entry in simulation.market.journal { try replayed.replay(entry) }
    #expect(replayed.encoded == simulation.market.machine.encoded, "seed \(seed)")
  }

  @Test func theSimulationReachesEveryEndingAndEveryState() throws {
    var endings: Set<String> = []
    var phases: Set<PhaseName> = []
    var matches = 0
    for seed in 2_000..<2_280 as Range<UInt64> {
      var simulation = try Simulation(seed: seed, isChecked: false)
      for _ in 0..<110 {
        try simulation.step()
        for job in simulation.market.machine.jobs.values { phases.insert(job.phase.name) }
      }
      try simulation.fireTimeouts()
      for job in simulation.market.machine.jobs.values {
        // Only a match names a provider here.
        if job.terms.contents.parties.provider != nil { matches += 1 }
        if case .settled(let ending, _) = job.phase { endings.insert(ending.name) }
      }
    }
    #expect(matches > 10)
    #expect(Set(PhaseName.allCases).subtracting(phases) == [])
    // That both of two claims which differ are accepted is rare; `ReplicaTests` has it.
    #expect(Set(Ending.all.map(\.name)).subtracting(endings).subtracting(["contradicted"]) == [])
  }
}

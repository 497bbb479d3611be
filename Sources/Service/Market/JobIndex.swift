internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement
internal import AssayStorage

/// What the machine does not keep sorted: jobs in the order of their offers, by state and by party,
/// what happened in each, and which deadline comes next.
///
/// Follows from the journal alone, and is made again from it.
struct JobIndex {
  private static let chunk = 4_096

  /// A job's line.
  struct Entry {
    let name: String
    var phase: PhaseName
    /// The commands about it, by their places in the journal.
    var events: [UInt64] = []
  }

  /// Every job, in the order of the offers.
  private(set) var entries: [Entry] = []
  /// The sequence of the next command.
  private(set) var next: UInt64 = 0
  private var positions: [String: Int] = [:]
  private var byPhase: [PhaseName: Set<Int>] = [:]
  private var byParty: [VerifyingKey: Set<Int>] = [:]
  private var deadlines: [UInt64: [Int]] = [:]

  subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The names of the jobs in some states, in no order.
  func names(in phases: [PhaseName]) -> [String] {
    phases.flatMap { byPhase[$0] ?? [] }.map { entries[$0].name }
  }

  /// How many jobs are in a state.
  func count(in phase: PhaseName) -> Int { byPhase[phase]?.count ?? 0 }

  /// Takes up what the store has applied.
  mutating func catchUp(with store: SettlementStore) throws {
    while next < store.machine.sequence {  // BOUND: every turn takes up an entry or ends it.
      let journal = try store.journalEntries(from: next, limit: Self.chunk)
      if journal.isEmpty { return }
      for entry in journal {
        guard case .applied(let applied)? = store.machine.outcome(underKey: entry.key) else {
          return
        }
        note(applied, in: store)
      }
    }
  }

  /// Takes up one command; those before it must have been.
  mutating func note(_ applied: Applied, in store: SettlementStore) {
    guard applied.sequence == next else { return }
    next += 1
    guard let name = applied.job, let phase = applied.phase, let job = store.machine.jobs[name]
    else { return }
    let position = positions[name] ?? insert(job, phase)
    entries[position].events.append(applied.sequence)
    byPhase[entries[position].phase]?.remove(position)
    byPhase[phase, default: []].insert(position)
    entries[position].phase = phase
    if let deadline = job.phase.deadline { deadlines[deadline, default: []].append(position) }
    // One after the other may work on it.
    if let provider = job.provider { byParty[provider, default: []].insert(position) }
  }

  private mutating func insert(_ job: Job, _ phase: PhaseName) -> Int {
    let position = entries.count
    entries.append(Entry(name: job.id, phase: phase))
    positions[job.id] = position
    for party in job.parties { byParty[party, default: []].insert(position) }
    return position
  }

  /// The jobs whose deadline has passed, some of which may have moved on.
  mutating func takeOverdue(at now: UInt64) -> [String] {
    let times = deadlines.keys.filter { $0 <= now }.sorted()
    return times.flatMap { deadlines.removeValue(forKey: $0) ?? [] }.map { entries[$0].name }
  }

  /// The places of the jobs in some states, newest first, below `cursor`.
  ///
  /// - Parameter party: only its jobs; everybody's if nil.
  func positions(
    in phases: [PhaseName]?, of party: VerifyingKey?, below cursor: Int
  ) -> some Sequence<Int> {
    let isWanted: (Int) -> Bool = { position in
      position < cursor
        && (phases.map { $0.contains(entries[position].phase) } ?? true)
    }
    let all: [Int]
    switch (party, phases) {
    case (let party?, _): all = (byParty[party] ?? []).filter(isWanted).sorted(by: >)
    case (nil, let phases?):
      all = phases.flatMap { byPhase[$0] ?? [] }.filter { $0 < cursor }.sorted(by: >)
    case (nil, nil):
      all = []
      return AnySequence((0..<min(cursor, entries.count)).reversed())
    }
    return AnySequence(all)
  }
}

extension Job {
  /// Who has a part in the job from its offer on.
  var parties: Set<VerifyingKey> {
    let parties = terms.contents.parties
    return Set(
      [parties.buyer, parties.log.key] + parties.verifiers
        + [parties.referee, parties.provider].compactMap(\.self)
        + (terms.contents.guardians?.keys ?? []))
  }

  /// Whether a party may see it: who has a part in it, and while it is open for providers, all.
  func isVisible(to party: Party) -> Bool {
    if party.seesEverything || parties.contains(party.key) || provider == party.key
      || payments.contains(where: { $0.provider == party.key })
    {
      return true
    }
    return Job.openPhases.contains(phase.name) && party.roles.contains(.provider)
  }

  /// The states in which a provider is looked for.
  static let openPhases: Set<PhaseName> = [.offered, .funded, .vacant]
}

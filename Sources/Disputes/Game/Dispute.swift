public import AssayCryptography
public import AssayEvidence
internal import AssayMerkle
public import AssaySpecification
internal import AssayWire

/// A dispute between two claims about one spec, from their roots down to one value that can be
/// computed by anyone.
///
/// Both parties are asked the same questions and sign their answers. The next question follows from
/// the answers; once both are in, they are compared. A party loses when an answer contradicts what
/// it had committed to, when it gives two answers to one question, when its time is up, or when
/// what it states of the one value, input or state that is left is not what comes out.
///
/// A pure value: time is handed in, and the same answers lead to the same finding. An honest party
/// that answers in time cannot lose, whatever the other does: whatever it commits to is bound by
/// its claim, and only the one who has committed to something false can be asked for it.
public struct Dispute: Sendable {
  /// Who may answer how long.
  public struct Rules: Hashable, Sendable {
    /// Seconds that each party has for all its answers together.
    public let allowanceSeconds: UInt64

    /// Rules of a dispute.
    public init(allowanceSeconds: UInt64) { self.allowanceSeconds = allowanceSeconds }
  }

  /// What both claims say they computed.
  public let spec: Spec
  /// The signed claims, their signatures checked.
  public let claims: Pair<OpenedClaim>
  /// How long the parties may take.
  public let rules: Rules
  /// What is asked; nil once the dispute has ended.
  public private(set) var question: Question?
  /// Questions that both have answered.
  public private(set) var number = 0
  /// A digest over the claims, the rules, all answers so far and the question.
  public private(set) var position: Digest
  /// What the dispute came to, once it has ended.
  public private(set) var finding: Finding?
  /// What the referee has read and computed so far.
  public private(set) var cost = RefereeCost()
  /// The claims and the signed answers so far: all that the finding follows from, where nobody's
  /// time ran out.
  public private(set) var transcript: DisputeTranscript
  /// Seconds that each party has used for questions that it has answered.
  public private(set) var usedSeconds = Pair<UInt64>(both: 0)

  let entries: StepEntries
  let segments: Pair<Segment>
  private var stage: Stage
  private var askedAt: UInt64
  private var course: Digest
  private var answers = Pair<[UInt8]?>(both: nil)
  /// The answers at earlier positions.
  private var history: [Digest: Pair<[UInt8]>] = [:]

  /// Opens a dispute.
  ///
  /// - Parameters:
  ///   - challenger: the signed claim of who disputes.
  ///   - defender: the signed claim that is disputed.
  ///   - now: seconds on a clock that never goes back.
  /// - Throws: `claim` and `signature` for what is none, `claimsDiffer` where they are not of the
  ///   same work, `unsupported`.
  public init(
    spec: Spec, challenger: [UInt8], defender: [UInt8], rules: Rules, now: UInt64
  ) throws(DisputeError) {
    let opened: Pair<OpenedClaim>
    do throws(SpecificationError) {
      opened = Pair(
        challenger: try ProviderClaim.open(challenger), defender: try ProviderClaim.open(defender))
    } catch { throw .claim(error) }
    segments = try Self.segments(opened, spec)
    entries = try StepEntries(spec)
    self.spec = spec
    claims = opened
    self.rules = rules
    transcript = DisputeTranscript(
      spec: spec.bytes, claims: Pair(challenger: challenger, defender: defender), rules: rules)
    stage = .records(nil)
    askedAt = now
    var writer = WireWriter()
    writer.write(rules.allowanceSeconds)
    course = SHA256.digest(
      domain: "assay.dispute.v1",
      [opened.challenger.identity.bytes, opened.defender.identity.bytes, writer.bytes])
    position = course
    ask()
  }

  private static func segments(
    _ claims: Pair<OpenedClaim>, _ spec: Spec
  ) throws(DisputeError) -> Pair<Segment> {
    let (left, right) = (claims.challenger.claim, claims.defender.claim)
    let facts: [(String, String, String)] = [
      ("the spec", left.spec.hex, right.spec.hex),
      ("the data's root", left.dataRoot.hex, right.dataRoot.hex),
      ("the first step", "\(left.firstStep)", "\(right.firstStep)"),
    ]
    for (field, challenger, defender) in facts where challenger != defender {
      throw .claimsDiffer(field: field, challenger: challenger, defender: defender)
    }
    guard left.firstStep == 0 || left.firstRoot == right.firstRoot else {
      throw .claimsDiffer(
        field: "the first state", challenger: left.firstRoot.hex, defender: right.firstRoot.hex)
    }
    guard claims.challenger.identity != claims.defender.identity else {
      throw .unsupported(reason: "both are the same claim; a dispute needs two")
    }
    guard left.spec == spec.digest, left.dataRoot == spec.data.root else {
      throw .mismatch(field: "the spec", expected: spec.digest.hex, found: left.spec.hex)
    }
    return try claims.map { opened throws(DisputeError) in
      let claim = opened.claim
      guard let segment = spec.segment(from: claim.firstStep, to: claim.lastStep),
        segment.traceSize == claim.traceSize
      else {
        throw .mismatch(
          field: "a claim's trace", expected: "records as the spec has them",
          found: "\(claim.traceSize) for steps \(claim.firstStep) to \(claim.lastStep)")
      }
      return segment
    }
  }

  /// Whose key is which.
  public func key(of party: Party) -> VerifyingKey { claims[party].claim.provider }

  /// Whether a party has answered the question.
  public func hasAnswered(_ party: Party) -> Bool { answers[party] != nil }

  /// Takes a signed answer.
  ///
  /// - Throws: `ended`; `signature` or `malformed` for what is no signed answer of this party;
  ///   `mismatch` for an answer that belongs to another course of events, which changes nothing.
  public mutating func take(
    _ envelope: [UInt8], from party: Party, now: UInt64
  ) throws(DisputeError) {
    guard question != nil else { throw .ended }
    let signed = try SignedAnswer.open(envelope, by: key(of: party))
    if let earlier = history[signed.position] {
      guard earlier[party] != signed.answer else { return }
      transcript.answers.append(.init(party: party, envelope: envelope))
      return equivocated(party, question: signed.number)
    }
    guard signed.position == position, signed.number == number else {
      throw .mismatch(
        field: "the answer's position", expected: "\(number), \(position)",
        found: "\(signed.number), \(signed.position)")
    }
    if answers[party] != signed.answer {
      transcript.answers.append(.init(party: party, envelope: envelope))
    }
    take(signed.answer, of: party, now: now)
  }

  /// Takes an answer from who holds both runs, and needs no signatures.
  ///
  /// - Throws: `ended`.
  public mutating func take(
    _ answer: Answer, from party: Party, now: UInt64
  ) throws(DisputeError) {
    guard question != nil else { throw .ended }
    take(answer.encoded, of: party, now: now)
  }

  private mutating func take(_ answer: [UInt8], of party: Party, now: UInt64) {
    if let known = answers[party] {
      if known != answer { equivocated(party, question: number) }
      return
    }
    expire(now: now)
    guard question != nil else { return }
    usedSeconds[party] += elapsed(now)
    answers[party] = answer
    cost.byteCount += answer.count
    if let challenger = answers.challenger, let defender = answers.defender {
      compare(Pair(challenger: challenger, defender: defender), now: now)
    }
  }

  /// Ends the dispute if the time of a party that has not answered is up.
  public mutating func expire(now: UInt64) {
    guard question != nil else { return }
    var faults = Pair<DisputeFault?>(both: nil)
    for party in Party.allCases where answers[party] == nil {
      let (used, overflow) = usedSeconds[party].addingReportingOverflow(elapsed(now))
      if overflow || used > rules.allowanceSeconds { faults[party] = .stalled }
    }
    guard faults != Pair(both: nil) else { return }
    end(faults, "it had \(rules.allowanceSeconds) seconds for its answers")
  }

  private func elapsed(_ now: UInt64) -> UInt64 { now > askedAt ? now - askedAt : 0 }

  /// Compares the answers that are in, and asks the next question or ends.
  private mutating func compare(_ encoded: Pair<[UInt8]>, now: UInt64) {
    history[position] = encoded
    cost.questionCount += 1
    cost.openedByteCount = encoded.challenger.count + encoded.defender.count
    course = SHA256.digest(
      domain: "assay.dispute.course.v1",
      [position.bytes, encoded.challenger, encoded.defender])
    number += 1
    askedAt = now
    let context = Context(claims: claims, segments: segments, entries: entries)
    switch context.next(after: stage, encoded) {
    case .stage(let next):
      stage = next
      answers = Pair(both: nil)
      ask()
    case .broken(let errors):
      let shown = [errors.challenger, errors.defender].compactMap { $0 }.map(\.description)
      end(
        Pair(
          challenger: errors.challenger.map { _ in .brokenOpening },
          defender: errors.defender.map { _ in .brokenOpening }),
        shown.joined(separator: "; "))
    case .found(let faults, let explanation, let valueCount):
      cost.valueCount = valueCount
      end(faults, explanation)
    }
  }

  private mutating func ask() {
    let next = Context(claims: claims, segments: segments, entries: entries).question(of: stage)
    question = next
    position = SHA256.digest(
      domain: "assay.dispute.position.v1", [course.bytes, next.encoded])
  }

  private mutating func equivocated(_ party: Party, question number: Int) {
    var faults = Pair<DisputeFault?>(both: nil)
    faults[party] = .equivocated
    end(faults, "two different answers to question \(number) are signed with its key")
  }

  private mutating func end(_ faults: Pair<DisputeFault?>, _ explanation: String) {
    let context = Context(claims: claims, segments: segments, entries: entries)
    finding = Finding(
      faults: faults, subject: context.subject(of: stage), explanation: explanation)
    question = nil
  }

  /// The outcome that a referee signs; nil while the dispute goes on, and where nobody is wrong.
  public var outcome: DisputeOutcome? {
    guard let finding, let loser = finding.loser, let fault = finding.faults[loser] else {
      return nil
    }
    let claim = claims.defender.claim
    return DisputeOutcome(
      job: claim.job, terms: claim.terms, claim: claims.defender.identity,
      challenger: key(of: .challenger), defender: key(of: .defender),
      challengerLost: loser == .challenger, fault: fault, subject: finding.subject)
  }
}

/// What everybody does in a job; whoever is not named is honest.
struct Conduct: Hashable, Sendable {
  /// How much of a claim is false.
  enum Falsified: Hashable, Sendable {
    case nothing
    case intervals(Int)
    case share(millionths: Int)
    case everything
    /// Nothing of the first claim, everything of the later ones.
    case afterFirstClaim
    /// Nothing of the first job, everything of the later ones.
    case afterFirstJob
  }

  /// What a provider does with a job that it has taken.
  enum Delivery: Hashable, Sendable {
    /// Claims, in so many parts where the terms allow it.
    case claims(parts: Int)
    /// Is never heard of again.
    case vanishes
    /// Leaves, and says so.
    case stops
    /// Claims when the time is over.
    case tooLate
    /// Claims, and keeps the key of the sealed artefact.
    case withoutKey
  }

  /// Which drawn intervals a provider opens.
  enum Openings: Hashable, Sendable { case all, none, onlyTrue }

  /// What a verifier does.
  enum Verifying: Hashable, Sendable {
    case honest
    /// Accepts without having looked, and makes up what its work would have yielded.
    case unseen
    /// Does so for its friend, as other friends do, and looks at the work of others.
    case befriended
    /// Rejects whatever it is, and makes up what it would have found.
    case rejecting
    /// Says nothing.
    case silent
    /// Binds itself to an answer and does not show it.
    case hiding
    /// Answers what another one has answered.
    case copying
  }

  /// What a buyer does.
  enum Buying: Hashable, Sendable {
    case honest
    /// Reveals no secret.
    case silent
    /// Hands out no data.
    case withholding
    /// Keeps the provider from being heard of.
    case hindering
  }

  /// What the operator does.
  enum Operating: Hashable, Sendable { case honest, neverLogs, neverReveals }

  /// What somebody challenges who has no reason to.
  enum Challenging: Hashable, Sendable {
    case nothing
    /// Every verdict, and loses.
    case inVain
    /// What its friend has falsified, before others find it, for the finder's share.
    case first
  }

  /// What must be refused, and is tried nevertheless.
  enum Attempt: Hashable, Sendable, CaseIterable {
    /// Another claim, once the draw is known.
    case claimAgain
    /// Another secret, to draw again.
    case drawAgain
    /// The stake, while it is held.
    case withdrawStake
    /// The verdict of an earlier job.
    case replayVerdict
    /// The money, before the challenge window is over.
    case closeEarly
    /// The money again, once the job is settled.
    case closeAgain
    /// A claim, once the job is settled.
    case claimLate
  }

  var falsified = Falsified.nothing
  var delivery = Delivery.claims(parts: 1)
  var openings = Openings.all
  /// How likely the provider crashes in a part of the work, in millionths.
  var crashMillionths = 0
  /// Whether a provider that was rejected comes back under another key.
  var isReborn = false
  /// Whether the provider keeps every verifier from answering where the draw would show it.
  var silencesVerifiers = false
  var attempts: [Attempt] = []
  /// What the first verifiers do.
  var verifying: [Verifying] = []
  /// Whether the terms say that those belong to the provider.
  var areLinked = false
  var challenging = Challenging.nothing
  var buying = Buying.honest
  var operating = Operating.honest
  /// Whether some of the claims are known to be false.
  var hasCanaries = false
}

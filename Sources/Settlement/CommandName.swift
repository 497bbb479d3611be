/// What a command asks for, in one word.
public enum CommandName: String, Hashable, Sendable, CaseIterable {
  case deposit, withdraw, authorise, policy, offer, invite, bid, retract, match
  case cancel, fund, accept, heartbeat, stop, resume, commit, logged
  case reveal, answer, verdict, challenge, ruling, quarantine
  case confirmData, deliver, close, expire
}

/// When a command about a job may come, against the deadline of the job's state.
enum Timing {
  /// Before it: after it the state can only be left.
  case before
  /// From it on.
  case after
  /// Whenever the job is open.
  case always
}

extension CommandName {
  /// The states in which a command about a job is taken, and when; nil for one about no job.
  ///
  /// With the exits (`close`, `expire`) this is the whole machine: what each command then checks
  /// and changes stands in the function of its name.
  var rule: (states: [PhaseName], timing: Timing)? {
    switch self {
    case .deposit, .withdraw, .authorise, .policy, .offer, .invite, .bid, .retract, .match: nil
    case .cancel: ([.offered, .funded, .vacant], .before)
    case .fund: ([.offered], .before)
    case .accept: ([.funded], .before)
    case .heartbeat: ([.active], .before)
    case .stop: ([.active, .interrupted], .before)
    case .resume: ([.interrupted, .vacant], .before)
    case .commit: ([.active, .interrupted], .before)
    case .logged: ([.committed], .before)
    case .reveal: ([.sampling], .before)
    case .answer: ([.verifying], .before)
    case .verdict: ([.verifying, .revealing, .inconclusive, .disputed], .before)
    case .challenge: ([.challengeOpen, .disputed], .before)
    case .ruling: ([.disputed], .before)
    case .quarantine: (PhaseName.allCases.filter { $0 != .settled }, .always)
    case .confirmData: ([.offered], .before)
    case .deliver: ([.delivering], .before)
    case .close: ([.challengeOpen], .after)
    case .expire: (PhaseName.allCases.filter { $0 != .settled }, .after)
    }
  }
}

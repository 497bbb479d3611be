internal import Dispatch
internal import Synchronization

/// Sends a message, and says why it was not taken, or nil where it was.
public typealias WebhookCourier =
  @Sendable (_ message: WebhookMessage, _ done: @escaping @Sendable (String?) -> Void) -> Void

/// Takes requests from many threads and answers them on one, as many at once as are waiting: while
/// one group is being written to the disk, the next gathers.
///
/// SENDABLE: the service is touched on `queue` only, what the threads share is behind a mutex.
final class Engine: @unchecked Sendable {
  /// The most requests that share one write.
  private static let groupLimit = 256

  private struct Pending {
    let admitted: Gate.Admitted
    let answer: @Sendable (HTTPResponse) -> Void
  }

  private struct State {
    var pending: [Pending] = []
    var isScheduled = false
    var isClosed = false
  }

  let gate: Gate
  /// Milliseconds since 1970.
  let now: @Sendable () -> UInt64
  private let service: MarketService
  private let note: @Sendable (String) -> Void
  private let courier: WebhookCourier?
  private let queue = DispatchQueue(label: "assay.service")
  private let state = Mutex(State())
  private let timer: any DispatchSourceTimer

  init(
    _ service: MarketService, courier: WebhookCourier?, now: @escaping @Sendable () -> UInt64,
    note: @escaping @Sendable (String) -> Void
  ) {
    self.service = service
    self.now = now
    self.note = note
    self.courier = courier
    gate = service.gate
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now(), repeating: .seconds(1))
    timer.setEventHandler { [unowned self] in
      do {
        try self.service.tick(now: self.now())
        try self.sendMessages()
      } catch { self.note("the clock's work was not done: \(error)") }
    }
    timer.activate()
  }

  deinit { timer.cancel() }

  /// Answers later, on another thread; false where no more requests are taken.
  func submit(
    _ admitted: Gate.Admitted, _ answer: @escaping @Sendable (HTTPResponse) -> Void
  ) -> Bool {
    let (isTaken, mustSchedule) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      state.pending.append(Pending(admitted: admitted, answer: answer))
      defer { state.isScheduled = true }
      return (true, !state.isScheduled)
    }
    if mustSchedule { queue.async { self.drain() } }
    return isTaken
  }

  private func drain() {
    while true {  // BOUND: every turn answers requests; ends when none are waiting.
      let group = state.withLock { state in
        let group = Array(state.pending.prefix(Self.groupLimit))
        state.pending.removeFirst(group.count)
        if group.isEmpty { state.isScheduled = false }
        return group
      }
      if group.isEmpty { return }
      let responses = service.respond(to: group.map(\.admitted), now: now())
      for (pending, response) in zip(group, responses) { pending.answer(response) }
    }
  }

  /// Hands messages to the courier, which answers when it likes: nothing here waits for it.
  private func sendMessages() throws {
    guard let courier else { return }
    for message in try service.takeMessages(now: now()) {
      courier(message) { [weak self] failure in
        guard let self else { return }
        queue.async {
          do {
            try self.service.conclude(message, failure: failure, now: self.now())
            // Who listens is told the next thing at once.
            if failure == nil { try self.sendMessages() }
          } catch { self.note("a message's fate was not kept: \(error)") }
        }
      }
    }
  }

  /// Takes no more requests and returns when those that were taken are answered.
  func finish() {
    state.withLock { $0.isClosed = true }
    timer.cancel()
    queue.sync {}
  }
}

/// The part of a run that one trace or claim covers: from the state after one recorded step to the
/// state after another.
///
/// Its intervals and records are counted from its start: record 0 is the state after `firstStep`.
public struct Segment: Hashable, Sendable {
  /// The step whose state it starts from; 0 for the run's first state.
  public let firstStep: UInt64
  /// The step whose state it ends with.
  public let lastStep: UInt64
  /// Steps between two recorded states; the last interval of a run may be shorter.
  public let interval: UInt64

  /// Intervals in the segment.
  public var intervalCount: Int { Int((lastStep - firstStep - 1) / interval) + 1 }

  /// Records in the segment's trace: one state at each interval's start, and the last.
  public var traceSize: UInt64 { UInt64(intervalCount) + 1 }

  /// The step after which record `record` is taken.
  public func step(ofRecord record: Int) -> UInt64 {
    min(firstStep + UInt64(record) * interval, lastStep)
  }

  /// The steps of interval `index` (from 0), each numbered from 1 as in the whole run.
  public func steps(ofInterval index: Int) -> ClosedRange<UInt64> {
    step(ofRecord: index) + 1...step(ofRecord: index + 1)
  }

  /// The record taken after step `step`, if there is one.
  public func record(atStep step: UInt64) -> Int? {
    if step == lastStep { return intervalCount }
    guard (firstStep..<lastStep).contains(step) else { return nil }
    let (index, rest) = (step - firstStep).quotientAndRemainder(dividingBy: interval)
    return rest == 0 ? Int(index) : nil
  }
}

extension Spec {
  /// The run from its first state to its last.
  public var wholeRun: Segment { Segment(firstStep: 0, lastStep: steps, interval: interval) }

  /// The segment between the states after two steps; nil unless both are recorded in a whole run,
  /// one after the other.
  public func segment(from firstStep: UInt64, to lastStep: UInt64) -> Segment? {
    guard firstStep < lastStep, wholeRun.record(atStep: firstStep) != nil,
      wholeRun.record(atStep: lastStep) != nil
    else { return nil }
    return Segment(firstStep: firstStep, lastStep: lastStep, interval: interval)
  }
}

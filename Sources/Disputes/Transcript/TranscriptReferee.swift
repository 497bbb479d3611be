public import AssayEvidence
internal import AssayWire

/// Decides disputes from their transcripts alone: no clock, no file, and nobody to be believed.
public struct TranscriptReferee: DisputeReferee {
  /// A referee.
  public init() {}

  public func decide(_ transcript: [UInt8]) throws(EvidenceError) -> DisputeOutcome {
    let outcome: DisputeOutcome?
    do throws(DisputeError) {
      outcome = try Self.held(transcript).outcome
    } catch { throw .dispute(.refused(reason: "\(error)")) }
    guard let outcome else {
      throw .dispute(
        .refused(reason: "its answers do not show that somebody has lost; hold it to its end"))
    }
    return outcome
  }

  /// Reads a transcript and holds its dispute again.
  ///
  /// - Throws: `malformed`, or what is wrong with the claims or an answer.
  public static func held(_ transcript: [UInt8]) throws(DisputeError) -> Dispute {
    let read: DisputeTranscript
    do throws(WireError) {
      guard transcript.count <= DisputeTranscript.byteCountLimit else {
        throw .tooLong(limit: DisputeTranscript.byteCountLimit, found: transcript.count)
      }
      read = try DisputeTranscript(decoding: transcript)
    } catch { throw .malformed(error) }
    return try read.held()
  }
}

internal import AssayTransparency
internal import Dispatch
internal import Foundation
internal import FoundationNetworking
internal import Synchronization

/// A log that a web server shows.
struct HTTPLog: TiledLog {
  let name: String
  private let address: URL

  /// The log at an address, or else in a folder.
  static func open(_ place: String) throws -> any TiledLog {
    guard place.hasPrefix("http://") || place.hasPrefix("https://") else {
      return LogFolder(place)
    }
    guard let address = URL(string: place), address.host() != nil, address.query() == nil else {
      throw UsageError(
        "'\(place)' is no address of a log.", hint: "Expected one such as https://log.example/1.")
    }
    return HTTPLog(name: place, address: address)
  }

  func bytes(of place: String, limit: Int) throws(TransparencyError) -> [UInt8]? {
    let download = Download(limit: limit)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.urlCache = nil
    configuration.httpShouldSetCookies = false
    configuration.timeoutIntervalForRequest = 30
    configuration.timeoutIntervalForResource = 300
    let session = URLSession(configuration: configuration, delegate: download, delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    session.dataTask(with: address.appending(path: place)).resume()
    switch download.result() {
    case .success(let (200, bytes)): return bytes
    case .success((404, _)): return nil
    case .success((let status, _)):
      throw .source(name: name, reason: "\(place) is answered with status \(status)")
    case .failure(let failure):
      throw .source(name: name, reason: "\(place): \(failure.reason)")
    }
  }
}

/// One answer, as far as it may go.
private final class Download: NSObject, URLSessionDataDelegate {
  struct Failure: Error { var reason: String }

  private let limit: Int
  private let state = Mutex<(bytes: [UInt8], isTooLong: Bool, end: Result<Int, Failure>?)>(
    ([], false, nil))
  private let isOver = DispatchSemaphore(value: 0)

  init(limit: Int) { self.limit = limit }

  /// Waits for the end: the status and the body.
  func result() -> Result<(Int, [UInt8]), Failure> {
    isOver.wait()
    return state.withLock { state in
      (state.end ?? .failure(Failure(reason: "no answer"))).map { ($0, state.bytes) }
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let isTooLong = state.withLock { state in
      state.isTooLong = state.isTooLong || state.bytes.count + data.count > limit
      if !state.isTooLong { state.bytes += data }
      return state.isTooLong
    }
    if isTooLong { dataTask.cancel() }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    state.withLock { state in
      if state.isTooLong {
        state.end = .failure(Failure(reason: "it has more than \(limit) bytes"))
      } else if let error {
        state.end = .failure(Failure(reason: error.localizedDescription))
      } else {
        state.end = .success((task.response as? HTTPURLResponse)?.statusCode ?? 0)
      }
    }
    isOver.signal()
  }
}

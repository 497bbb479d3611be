internal import AssayService
internal import Foundation
internal import FoundationNetworking

/// Posts messages to parties' addresses. It follows no redirection, since that could lead to hosts
/// that the operator has not allowed, and reads nothing of what is answered but the status.
final class WebhookSender: NSObject, URLSessionTaskDelegate, Sendable {
  private static let seconds = 10.0

  /// What sends a message; it keeps itself as long as it is kept.
  var courier: WebhookCourier {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.urlCache = nil
    configuration.httpShouldSetCookies = false
    configuration.httpMaximumConnectionsPerHost = 2
    configuration.timeoutIntervalForResource = 2 * Self.seconds
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    return { message, done in
      guard let url = URL(string: message.url) else { return done("the address is none") }
      var request = URLRequest(url: url, timeoutInterval: Self.seconds)
      request.httpMethod = message.request.method
      request.httpBody = Data(message.request.body)
      for field in message.request.fields where field.name != "host" {
        request.setValue(field.value, forHTTPHeaderField: field.name)
      }
      session.dataTask(with: request) { _, response, error in
        guard let response = response as? HTTPURLResponse else {
          return done(error?.localizedDescription ?? "no answer")
        }
        done((200..<300).contains(response.statusCode) ? nil : "status \(response.statusCode)")
      }.resume()
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
    completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }
}

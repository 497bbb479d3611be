internal import AssayWire
internal import CAssayMicrohttpd
internal import Synchronization

/// What the callbacks of one server share.
final class ListenerContext: Sendable {
  let engine: Engine
  let log: @Sendable (String) -> Void
  /// Requests that have begun and not ended.
  let open = Atomic(0)

  init(engine: Engine, log: @escaping @Sendable (String) -> Void) {
    self.engine = engine
    self.log = log
  }

  /// Writes a request's line into the log; no header and no body stands there.
  func record(_ exchange: Exchange) {
    let line = JSONValue.object([
      "time": .integer(exchange.start), "method": .string(exchange.method),
      "route": .string(exchange.route), "status": .integer(exchange.response?.status ?? 0),
      "milliseconds": .integer(engine.now() - min(exchange.start, engine.now())),
      "bytes": .integer(exchange.response?.body.count ?? 0),
      "party": exchange.party.map { .string($0) } ?? .null,
    ])
    log(String(decoding: line.serialized(), as: UTF8.self))
  }
}

/// Sees a request's target before anything else; gives the exchange, which `end` releases.
let begin:
  @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?)
    -> UnsafeMutableRawPointer? = { context, target, _ in
      // SAFETY: the context is the listener's, which lives while its server runs.
      guard let context = unsafe context, let target = unsafe target else { return nil }
      // SAFETY: as above.
      let listener = unsafe Unmanaged<ListenerContext>.fromOpaque(context).takeUnretainedValue()
      listener.open.add(1, ordering: .relaxed)
      // SAFETY: libmicrohttpd gives a NUL-terminated text.
      let exchange = Exchange(
        target: unsafe String(cString: target), start: listener.engine.now())
      // SAFETY: `end` takes back this one reference.
      return unsafe Unmanaged.passRetained(exchange).toOpaque()
    }

/// Called when the headers are there, for each piece of the body, at its end, and after a resume.
let handle: MHD_AccessHandlerCallback = {
  context, connection, _, method, _, upload, uploadSize, exchangePointer in
  // SAFETY: what `begin` and the listener handed over.
  guard let context = unsafe context, let connection = unsafe connection,
    let method = unsafe method, let uploadSize = unsafe uploadSize,
    let pointer = unsafe exchangePointer?.pointee
  else { return .NO }
  // SAFETY: the listener lives while its server runs.
  let listener = unsafe Unmanaged<ListenerContext>.fromOpaque(context).takeUnretainedValue()
  // SAFETY: the exchange lives until `end`.
  let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
  if let response = exchange.response { return unsafe queue(response, connection) }
  if !exchange.hasBegun {
    exchange.hasBegun = true
    // SAFETY: libmicrohttpd gives a NUL-terminated text.
    exchange.method = unsafe String(cString: method)
    return unsafe start(exchange, connection, listener)
  }
  if unsafe uploadSize.pointee > 0 {
    // SAFETY: so many bytes are readable until the callback returns.
    unsafe exchange.append(UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee))
    unsafe uploadSize.pointee = 0
    return .YES
  }
  let request = HTTPRequest(
    method: exchange.method, target: exchange.target, fields: unsafe fields(of: connection),
    body: exchange.body, address: unsafe address(of: connection))
  let admitted = listener.engine.gate.admit(request, now: listener.engine.now())
  exchange.route = admitted.template
  exchange.party = admitted.signerName
  guard !exchange.isTooLarge else {
    return unsafe refuse(
      .bodyTooLarge, "expected at most \(exchange.bodyLimit) bytes", exchange,
      connection)
  }
  let suspended = unsafe SuspendedConnection(suspending: connection)
  let isTaken = listener.engine.submit(admitted) { response in
    exchange.response = response
    suspended.resume()
  }
  if !isTaken {
    exchange.response = Problem(.unavailable, "the service is ending").response
    suspended.resume()
  }
  return .YES
}

/// The request has ended, answered or not.
let end: MHD_RequestCompletedCallback = { context, _, exchangePointer, _ in
  // SAFETY: as in `handle`; the reference that `begin` retained is released here, once.
  guard let context = unsafe context, let pointer = unsafe exchangePointer?.pointee else { return }
  // SAFETY: as above.
  let listener = unsafe Unmanaged<ListenerContext>.fromOpaque(context).takeUnretainedValue()
  let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue()
  unsafe exchangePointer?.pointee = nil
  listener.open.subtract(1, ordering: .relaxed)
  if exchange.hasBegun { listener.record(exchange) }
}

/// Refuses a body that is announced to be too large before it is read.
private func start(
  _ exchange: Exchange, _ connection: OpaquePointer, _ listener: ListenerContext
) -> MHD_Result {
  exchange.bodyLimit = listener.engine.gate.bodyLimit(
    method: exchange.method, target: exchange.target)
  // SAFETY: the connection is alive within its handler.
  let announced = unsafe fields(of: connection).first { $0.name == "content-length" }
  if let length = announced.flatMap({ Int($0.value) }), length > exchange.bodyLimit,
    exchange.bodyLimit > 0
  {
    // SAFETY: as above.
    return unsafe refuse(
      .bodyTooLarge, "expected at most \(exchange.bodyLimit) bytes, found \(length)", exchange,
      connection)
  }
  return .YES
}

private func refuse(
  _ code: Problem.Code, _ detail: String, _ exchange: Exchange, _ connection: OpaquePointer
) -> MHD_Result {
  let response = Problem(code, detail).response
  exchange.response = response
  // SAFETY: the connection is alive within its handler.
  return unsafe queue(response, connection)
}

private func queue(_ response: HTTPResponse, _ connection: OpaquePointer) -> MHD_Result {
  let message =
    // SAFETY: the text is a NUL-terminated copy for the call; a file that is gone gives none.
    unsafe response.file.map { part in
      unsafe assay_http_file(part.path, UInt64(part.offset), UInt64(part.count))
    } ?? message(of: response.body)
  guard let made = unsafe message else { return .NO }
  // SAFETY: the response is destroyed once; the queue keeps a reference of its own.
  defer { unsafe MHD_destroy_response(made) }
  for field in response.fields {
    // SAFETY: the texts are NUL-terminated copies for the call.
    unsafe MHD_add_response_header(made, field.name, field.value)
  }
  // SAFETY: the connection is alive within its handler.
  return unsafe MHD_queue_response(connection, UInt32(clamping: response.status), made)
}

private func message(of body: [UInt8]) -> OpaquePointer? {
  var body = body
  // SAFETY: the library copies the bytes before the call returns.
  return unsafe body.withUnsafeMutableBytes { bytes in
    unsafe MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
  }
}

/// The header fields of a request, in order.
private func fields(of connection: OpaquePointer) -> [HTTPField] {
  var fields: [HTTPField] = []
  // SAFETY: the array outlives the call, which is the only one that uses the pointer.
  unsafe withUnsafeMutablePointer(to: &fields) { pointer in
    _ = unsafe MHD_get_connection_values(
      connection, .HEADER_KIND,
      { context, _, name, value in
        // SAFETY: the context is the array; the texts are NUL-terminated.
        guard let name = unsafe name, let value = unsafe value,
          let fields = unsafe context?.assumingMemoryBound(to: [HTTPField].self)
        else { return .YES }
        // SAFETY: as above.
        unsafe fields.pointee.append(
          HTTPField(String(cString: name), String(cString: value)))
        return .YES
      }, pointer)
  }
  return fields
}

/// The address of the other end, in numbers.
private func address(of connection: OpaquePointer) -> String {
  var text = [CChar](repeating: 0, count: 64)
  // SAFETY: the buffer has as many bytes as the call is told.
  let isKnown = unsafe text.withUnsafeMutableBufferPointer { buffer in
    unsafe assay_http_client(connection, buffer.baseAddress, socklen_t(buffer.count))
  }
  guard isKnown == 1 else { return "" }
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

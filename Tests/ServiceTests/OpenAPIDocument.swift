import AssayService
import AssayWire
import Testing

/// An OpenAPI 3.1 document that answers can be held against: as much of JSON Schema as it uses, and
/// an error for anything else.
struct OpenAPIDocument {
  struct Mismatch: Error, CustomStringConvertible { let description: String }

  let root: JSONValue
  /// Method and template of every operation.
  let operations: [(method: String, template: String)]

  init(_ bytes: [UInt8]) throws {
    root = try JSONValue.parse(bytes)
    guard case .object(let paths)? = root["paths"] else {
      throw Mismatch(description: "no paths")
    }
    operations = paths.flatMap { path in
      path.value.members.map { ($0.name.uppercased(), path.name) }
    }
  }

  /// Checks that the answer's status, media type and body are among those described.
  func check(_ response: HTTPResponse, to request: HTTPRequest) throws {
    let isProblem = response.type == "application/problem+json"
    let path = request.path.split(separator: "/")
    let found = operations.first { method, template in
      let parts = template.split(separator: "/")
      return method == request.method && parts.count == path.count
        && zip(parts, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
    let body = try? JSONValue.parse(response.body)
    guard let found else {
      // What is not described is refused.
      guard isProblem, [400, 404, 405, 429].contains(response.status), let body else {
        throw Mismatch(description: "\(request.method) \(request.path) is not described")
      }
      return try check(body, root["components"]?["schemas"]?["Problem"], "problem")
    }
    let place = "\(found.method) \(found.template) \(response.status)"
    let operation = root["paths"]?[found.template]?[found.method.lowercased()]
    guard let described = try resolved(operation?["responses"]?["\(response.status)"]) else {
      throw Mismatch(
        description: "\(place) is not described: \(String(decoding: response.body, as: UTF8.self))")
    }
    let type = String(response.type?.prefix { $0 != ";" } ?? "")
    guard let schema = described["content"]?[type]?["schema"] else {
      throw Mismatch(description: "\(place): \(type) is not described")
    }
    if type.hasSuffix("json") {
      guard let body else { throw Mismatch(description: "\(place): the body is no JSON") }
      try check(body, schema, place)
    }
  }

  /// Checks a value against a schema.
  func check(_ value: JSONValue, _ schema: JSONValue?, _ place: String) throws {
    guard let schema = try resolved(schema) else {
      throw Mismatch(description: "\(place): no schema")
    }
    for member in schema.members {
      let isRight: Bool
      switch (member.name, member.value) {
      case ("description", _), ("contentMediaType", _), ("pattern", _), ("minLength", _),
        ("maxLength", _), ("minimum", _), ("maximum", _), ("minItems", _), ("maxItems", _):
        isRight = try Self.isWithin(value, member)
      case ("type", .string(let type)): isRight = value.isOf(type)
      case ("type", .array(let types)):
        isRight = types.contains {
          if case .string(let type) = $0 { value.isOf(type) } else { false }
        }
      case ("enum", .array(let values)): isRight = values.contains(value)
      case ("const", let constant): isRight = value == constant
      case ("oneOf", .array(let schemas)):
        isRight = schemas.count { (try? check(value, $0, place)) != nil } == 1
      case ("items", let items):
        for (index, element) in value.elements.enumerated() {
          try check(element, items, "\(place)[\(index)]")
        }
        isRight = true
      case ("required", .array(let names)):
        isRight = names.allSatisfy {
          if case .string(let name) = $0 { value[name] != nil } else { false }
        }
      case ("properties", let properties):
        for property in value.members {
          guard let schema = properties[property.name] else {
            throw Mismatch(description: "\(place).\(property.name) is not described")
          }
          try check(property.value, schema, "\(place).\(property.name)")
        }
        isRight = true
      case ("additionalProperties", .bool(false)): isRight = schema["properties"] != nil
      default:
        throw Mismatch(description: "\(place): the schema says “\(member.name)”, unknown here")
      }
      guard isRight else {
        throw Mismatch(
          description:
            "\(place): \(String(decoding: value.serialized(), as: UTF8.self).prefix(200)) "
            + "is not what “\(member.name)” asks for")
      }
    }
  }

  private static func isWithin(_ value: JSONValue, _ rule: JSONMember) throws -> Bool {
    switch (rule.name, rule.value, value) {
    case ("pattern", .string(let pattern), .string(let text)):
      return try Regex(pattern).firstMatch(in: text) != nil
    case ("minLength", .number(let bound), .string(let text)): return text.count >= Int(bound) ?? 0
    case ("maxLength", .number(let bound), .string(let text)): return text.count <= Int(bound) ?? 0
    case ("minimum", .number(let bound), .number(let number)):
      return Double(number) ?? 0 >= Double(bound) ?? 0
    case ("maximum", .number(let bound), .number(let number)):
      return Double(number) ?? 0 <= Double(bound) ?? 0
    case ("minItems", .number(let bound), .array(let all)): return all.count >= Int(bound) ?? 0
    case ("maxItems", .number(let bound), .array(let all)): return all.count <= Int(bound) ?? 0
    default: return true
    }
  }

  private func resolved(_ schema: JSONValue?) throws -> JSONValue? {
    guard case .string(let reference)? = schema?["$ref"] else { return schema }
    var found: JSONValue? = root
    for part in reference.split(separator: "/").dropFirst() { found = found?[String(part)] }
    guard let found else { throw Mismatch(description: "\(reference) leads nowhere") }
    return found
  }
}

extension JSONValue {
  subscript(name: String) -> JSONValue? { members.first { $0.name == name }?.value }

  var members: [JSONMember] { if case .object(let members) = self { members } else { [] } }

  var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

  func isOf(_ type: String) -> Bool {
    switch (self, type) {
    case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"),
      (.object, "object"), (.number, "number"):
      true
    case (.number(let text), "integer"): Int(text) != nil || UInt64(text) != nil
    default: false
    }
  }
}

import Foundation
import Testing

@testable import AssayReports

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What every report is, whatever it is about: well-formed, self-contained, accessible.
@Suite struct DocumentTests {
  static let samples: [(name: String, bytes: [UInt8])] = [
    ("honest", SampleReports.honest.html()),
    ("rejected", SampleReports.rejected.html()),
    ("demonstration", SampleReports.demonstration.html()),
    ("bare", SampleReports.bare.html()),
    ("broken", SampleReports.broken.html()),
    ("hostile", SampleReports.hostile.html()),
    ("simulation", SampleReports.simulation.html()),
    (
      "empty demonstration",
      DemonstrationReport(
        title: "", headline: "", tiles: [], providers: [], asset: SampleReports.asset
      ).html()
    ),
  ]

  @Test func isWellFormed() throws {
    for (name, bytes) in Self.samples {
      let document = try XMLReader.read(bytes)
      #expect(document.failure == nil, "\(name): \(document.failure ?? "")")
      #expect(document.elements.first?.name == "html", "\(name)")
    }
  }

  @Test func loadsNothingAndRunsNothing() throws {
    let forbidden: Set<String> = [
      "script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "use", "image",
      "foreignObject", "audio", "video",
    ]
    for (name, bytes) in Self.samples {
      for element in try XMLReader.read(bytes).elements {
        #expect(!forbidden.contains(element.name), "\(name): <\(element.name)>")
        for key in element.attributes.keys {
          #expect(!["src", "href", "xlink:href", "style"].contains(key), "\(name): \(key)")
          #expect(!key.hasPrefix("on"), "\(name): \(key)")
        }
      }
    }
    let sheet = Stylesheet.text.description
    #expect(!sheet.contains("url(") && !sheet.contains("@import") && !sheet.contains("@font-face"))
    #expect(!sheet.contains("<") && !sheet.contains("&"))
  }

  @Test func describesEveryDrawingInWords() throws {
    for (name, bytes) in Self.samples {
      let elements = try XMLReader.read(bytes).elements
      let identifiers = elements.compactMap { $0.attributes["id"] }
      #expect(Set(identifiers).count == identifiers.count, "\(name): an id is used twice")
      for element in elements where element.name == "svg" {
        if element.attributes["aria-hidden"] == "true" { continue }
        #expect(element.attributes["role"] == "img", "\(name)")
        let labels = (element.attributes["aria-labelledby"] ?? "").split(separator: " ")
        #expect(labels.count == 2 && labels.allSatisfy { identifiers.contains(String($0)) })
      }
    }
  }

  @Test func holdsNoNumberThatNobodyCanRead() throws {
    for (name, bytes) in Self.samples where name != "hostile" {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains("nan") && !text.contains("inf\"") && !text.contains("NaN"), "\(name)")
    }
  }

  @Test func escapesWhateverItIsGiven() throws {
    let document = try XMLReader.read(SampleReports.hostile.html())
    #expect(document.failure == nil)
    #expect(!document.elements.contains { $0.name == "script" || $0.name == "b onmouseover" })
    let raw = String(decoding: SampleReports.hostile.html(), as: UTF8.self)
    #expect(!raw.contains("<script") && !raw.contains("\" onload=") && !raw.contains("]]>"))
    #expect(document.text.contains("<script>alert(1)</script>"))
    #expect(document.text.contains("\" onload=\"x"))
    #expect(!raw.contains("\u{0}") && !raw.contains("\u{1b}"))
  }

  @Test func isSmallEnoughToSend() {
    for (name, bytes) in Self.samples {
      #expect(bytes.count < 400_000, "\(name): \(bytes.count) bytes")
    }
  }

  @Test func isTheSameEveryTime() {
    #expect(SampleReports.honest.html() == SampleReports.honest.html())
    #expect(SampleReports.demonstration.html() == SampleReports.demonstration.html())
  }

  @Test func saysWhatItWasGiven() throws {
    let run = try XMLReader.read(SampleReports.honest.html()).text
    for part in [
      "every bit agreed", "Accepted", "44 intervals at random", "956 not drawn", "5,500.00",
      "−1,000.00", "+950.00", "The sums agree", "93.3 %", "38.4 s", "910 ms", "> 99.99 %",
    ] {
      #expect(run.contains(part), "\(part)")
    }
    let demonstration = try XMLReader.read(SampleReports.demonstration.html()).text
    for part in ["5 of 6", "Not caught", "19 %", "every interval", "−300.00", "Forged signature"] {
      #expect(demonstration.contains(part), "\(part)")
    }
  }
}

/// Reads a document with Foundation's XML parser.
final class XMLReader: NSObject, XMLParserDelegate {
  struct Element {
    var name: String
    var attributes: [String: String]
  }

  private(set) var elements: [Element] = []
  private(set) var text = ""
  private(set) var failure: String?

  static func read(_ bytes: [UInt8]) throws -> XMLReader {
    let reader = XMLReader()
    let parser = XMLParser(data: Data(bytes))
    parser.delegate = reader
    if !parser.parse() {
      reader.failure = "line \(parser.lineNumber), column \(parser.columnNumber)"
    }
    return reader
  }

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    elements.append(Element(name: elementName, attributes: attributes))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}

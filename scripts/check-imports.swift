// Compares every import with the package manifest, and the manifest with the laws that keep what
// is trusted small. The compiler lets a module import what another target happens to have built;
// this does not.
import Foundation

/// The part of `swift package describe --type json` that is read here.
struct Description: Decodable {
  struct Target: Decodable {
    var name: String
    var path: String
    var type: String
    var sources: [String]
    var target_dependencies: [String]?
  }
  var targets: [Target]
}

/// Which rooms may import a C room; nobody else may.
let importersOfC: [String: Set<String>] = [
  "CAssayGMP": ["AssayAlgebra", "AssayBeacons"],
  "CAssayOpenSSL": ["AssayCryptography"],
  "CAssayPostgreSQL": ["AssayPostgreSQL"],
  "CAssaySQLite": ["AssayStorage"],
  "CAssayZlib": ["AssayDatasets"],
  "CAssayMicrohttpd": ["AssayService"],
  "CAssayHashKernels": ["AssayTraining", "CAssayFieldKernels"],
  "CAssayFieldKernels": ["AssayFieldVectors"],
  "CAssayTensorKernels": ["AssayTensors"],
  "CAssaySumcheckKernels": ["AssayProving"],
  "CAssayDeviceKernels": ["AssayAccelerators"],
  "CAssayDrivers": ["AssayAccelerators"],
  "CAssayParallel": [
    "CAssayHashKernels", "CAssayFieldKernels", "CAssaySumcheckKernels", "CAssayTensorKernels",
  ],
]

let tensorRooms: Set = ["AssayTensors", "AssayTraining", "AssayAuditing", "AssayDatasets"]
let proofRooms: Set = [
  "AssayAlgebra", "AssayTranscripts", "AssayCommitments", "AssaySumcheck", "AssayCircuits",
  "AssayVerification", "AssayProving",
]

/// What a room may not reach, by any path.
let neverReaches: [String: Set<String>] = [
  "AssaySettlement": tensorRooms.union(proofRooms),
  "AssayStorage": tensorRooms.union(proofRooms),
  "AssayEvidence": tensorRooms.union(proofRooms),
]

func describe() throws -> Description {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [
    "swift", "package", "--manifest-cache", "none", "describe", "--type", "json",
  ]
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { exit(1) }
  return try JSONDecoder().decode(Description.self, from: bytes)
}

/// The module that a line of Swift or C imports, and whether Swift shows it in the API.
func module(importedBy line: Substring) -> (name: String, isPublic: Bool)? {
  if line.drop(while: \.isWhitespace).hasPrefix("#"), line.contains("include") {
    // #include "CAssayParallel.h"
    let name = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.dropFirst().first
    return name.map { (String($0), false) }
  }
  let kinds: Set<Substring> = [
    "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
  ]
  let access: Set<Substring> = ["public", "package", "internal", "private", "fileprivate"]
  var words = line.split { $0.isWhitespace || $0 == ";" }[...]
  while words.first?.hasPrefix("@") == true { words.removeFirst() }
  let isPublic = words.first == "public"
  if let first = words.first, access.contains(first) { words.removeFirst() }
  guard words.popFirst() == "import" else { return nil }
  if let first = words.first, kinds.contains(first) { words.removeFirst() }
  return words.first?.split(separator: ".").first.map { (String($0), isPublic) }
}

let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
guard FileManager.default.changeCurrentDirectoryPath(root.path) else { exit(1) }
let description = try describe()
let targets = Dictionary(uniqueKeysWithValues: description.targets.map { ($0.name, $0) })
var problems: [String] = []
var importCount = 0

for target in description.targets {
  let declared = Set(target.target_dependencies ?? [])
  for source in target.sources {
    let path = target.path + "/" + source
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      guard let (module, isPublic) = module(importedBy: line), module != target.name,
        targets[module] != nil
      else { continue }
      importCount += 1
      let place = "\(path):\(index + 1)"
      if !declared.contains(module) {
        problems.append(
          "\(place): \(target.name) imports \(module), which the manifest does not say")
      }
      if let importers = importersOfC[module], !importers.contains(target.name),
        target.type != "test"
      {
        problems.append("\(place): only \(importers.sorted()) may import \(module)")
      }
      if isPublic, importersOfC[module] != nil {
        problems.append("\(place): \(module) would show in the API; use 'internal import'")
      }
    }
  }
}

for module in targets.keys where module.hasPrefix("CAssay") && importersOfC[module] == nil {
  problems.append("\(module): scripts/check-imports does not say who may import it")
}

for (room, banned) in neverReaches where targets[room] != nil {
  var reached: Set<String> = []
  var waiting = targets[room]?.target_dependencies ?? []
  while let next = waiting.popLast() {
    if reached.insert(next).inserted { waiting += targets[next]?.target_dependencies ?? [] }
  }
  for module in reached.intersection(banned).sorted() {
    problems.append("Package.swift: \(room) reaches \(module), which it must not")
  }
}

for problem in problems.sorted() { print(problem) }
print("\(importCount) imports in \(targets.count) targets, \(problems.count) problems")
exit(problems.isEmpty ? 0 : 1)

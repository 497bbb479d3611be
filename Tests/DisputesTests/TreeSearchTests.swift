import AssayCryptography
import AssayMerkle
import AssayTestSupport
import Testing

@testable import AssayDisputes

@Suite struct TreeSearchTests {
  @Test(arguments: [1, 2, 3, 63, 64, 65, 127, 1000, 4097])
  func theFirstDifferenceIsFound(_ count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    for _ in 0..<8 {
      let first = Int.random(in: 0..<count, using: &generator)
      let left = (0..<count).map { SHA256.digest(of: [UInt8($0 & 255), UInt8($0 >> 8)]) }
      var right = left
      right[first] = SHA256.digest(of: [1, 2, 3])
      // What follows may differ or not.
      for index in first + 1..<max(count, first + 1) where Bool.random(using: &generator) {
        right[index] = SHA256.digest(of: [4])
      }
      let trees = Pair(
        challenger: StoredTree(leafHashes: left), defender: StoredTree(leafHashes: right))
      var search = TreeSearch(
        .steps(interval: 0), leafCount: count,
        roots: Pair(challenger: trees.challenger.root, defender: trees.defender.root))
      while !search.isComplete {
        var nodes = Pair<[Digest]>(both: [])
        for party in Party.allCases {
          let given = trees[party].nodes(below: search.index, height: search.height)
          nodes[party] = try search.check(.nodes(given), party)
          var forged = given
          forged[forged.count - 1] = .zero
          #expect(throws: DisputeError.self) { try search.check(.nodes(forged), party) }
          #expect(throws: DisputeError.self) {
            try search.check(.nodes(Array(given.dropLast())), party)
          }
        }
        search.descend(nodes)
      }
      #expect(search.index == first)
      #expect(search.hashes == Pair(challenger: left[first], defender: right[first]))
    }
  }
}

import AssayAlgebra
import Testing

@Suite struct DocumentationTests {
  @Test func theExampleOfTheRoomWorks() {
    let a = Goldilocks(-3)
    let b = GoldilocksExtension(Goldilocks(2), Goldilocks(5))
    let product = b * a
    let point = [GoldilocksExtension(4), b]
    let table = Multilinear.eqTable(point)
    let value = Multilinear.evaluate([b, product, b, .one], at: point)
    #expect(product == GoldilocksExtension(Goldilocks(-6), Goldilocks(-15)))
    #expect(value == table[0] * b + table[1] * product + table[2] * b + table[3])
  }
}

import Foundation
import Testing

@testable import AssaySpecification

@Suite struct ScheduleTests {
  @Test func logarithmIsWithinTwoUnitsInTheLastPlace() {
    for exponent in stride(from: -60.0, through: 60, by: 0.37) {
      let x = exp2(exponent)
      let expected = Foundation.log(x)
      #expect(abs(ElementaryFunctions.log(x) - expected) <= 2 * abs(expected).ulp, "\(x)")
    }
  }

  @Test func cosineIsWithinARoundingOfTheTrueOne() {
    for place in 0...1000 {
      let x = Double(place) / 1000
      #expect(abs(ElementaryFunctions.cosPi(x) - cos(.pi * x)) < 4e-16, "\(x)")
    }
    #expect(ElementaryFunctions.cosPi(0) == 1 && ElementaryFunctions.cosPi(1) == -1)
  }

  @Test func powersAgreeWithTheLibrary() {
    for exponent in [0, 1, 2, 3, 10, 1000, 12345] as [UInt64] {
      let expected = pow(0.999, Double(exponent))
      #expect(abs(ElementaryFunctions.power(0.999, exponent) - expected) <= 1e-12 * expected)
    }
  }

  @Test func warmUpRisesInEqualPartsToThePeak() {
    let schedule = Schedule(kind: .constant, learningRate: 0.4, warmupSteps: 4)
    let rates = (1...6 as ClosedRange<UInt64>).map { schedule.learningRate(step: $0, of: 6) }
    #expect(rates == [0.1, 0.2, 0.3, 0.4, 0.4, 0.4])
  }

  @Test func cosineFallsFromThePeakToTheEnd() {
    let schedule = Schedule(kind: .cosine(final: 0.1), learningRate: 1.1, warmupSteps: 10)
    #expect(schedule.learningRate(step: 10, of: 110) == 1.1)
    #expect(schedule.learningRate(step: 60, of: 110) == 0.6)
    #expect(schedule.learningRate(step: 110, of: 110) == 0.1)
    let rates = (10...110 as ClosedRange<UInt64>).map { schedule.learningRate(step: $0, of: 110) }
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func aWarmUpLongerThanTheRunNeverReachesThePeak() {
    let schedule = Schedule(kind: .cosine(final: 0), learningRate: 1, warmupSteps: 100)
    #expect(schedule.learningRate(step: 10, of: 10) == 0.1)
  }

  @Test func adamsCorrectionsFollowTheStep() {
    let adam = Optimizer.adam(
      beta1: 0.5, beta2: 0.75, epsilon: 1e-8, weightDecay: 0, decoupled: false)
    let scalars = adam.scalars(step: 2, learningRate: 0.1)
    #expect(scalars.firstMomentCorrection == 0.75)
    #expect(scalars.secondMomentCorrectionRoot == Float((1 - 0.5625).squareRoot()))
    #expect(
      Optimizer.sgd(momentum: 0, nesterov: false, weightDecay: 0).scalars(
        step: 5, learningRate: 0.1) == StepScalars(step: 5, learningRate: 0.1))
  }
}

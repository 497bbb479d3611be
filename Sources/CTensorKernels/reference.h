// What the definitions share.
#ifndef ASSAY_REFERENCE_H
#define ASSAY_REFERENCE_H
#include "CAssayTensorKernels.h"

#include <math.h>
#include <string.h>

/// exp of the header.
float assay_reference_exp(float x);

/// The one bit pattern of NaN; every other number as it is.
static inline float canonical(float x) {
  if (x == x) return x;
  const uint32_t bits = 0x7fc00000;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// Folds the 64 lanes of a sum.
static inline float tree(float lanes[64]) {
  for (int s = 32; s > 0; s /= 2) {
    for (int i = 0; i < s; i++) lanes[i] = lanes[i] + lanes[i + s];
  }
  return lanes[0];
}

/// The lane sum of x[0], x[stride], ….
static inline float strided_lane_sum(const float *x, int64_t count, int64_t stride) {
  float lanes[64] = {0};
  for (int64_t i = 0; i < count; i++) lanes[i % 64] = lanes[i % 64] + x[i * stride];
  return tree(lanes);
}

/// The larger: NaN if either is, +0 above −0.
static inline float larger(float x, float y) {
  if (x != x || y != y) return NAN;
  if (x == 0.0f && y == 0.0f) return signbit(x) ? y : x;
  return x > y ? x : y;
}

#endif
